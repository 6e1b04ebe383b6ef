import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, messageOf } from "../../base/fault.ts";
import { showBytes } from "../../base/units.ts";
import type { RunFileBounds } from "./bounds.ts";
import { isDraft, isOfDeck, whyNotName } from "./names.ts";
import { stampOf } from "./same-folder.ts";

/** A file that may travel, as far as that can be seen from outside. */
export interface SeenFile {
  name: string;
  bytes: number;
  stamp: string;
}

/** Something that stays where it is, and why. */
export interface LeftFile {
  name: string;
  why: string;
}

export interface Look {
  /** The real path of the folder. */
  root: string;
  files: SeenFile[];
  left: LeftFile[];
}

/** Looks what there is in the folder of a run, without what is the deck's own. Reads nothing, follows no link; bounded in what it looks at. */
export async function lookInto(folder: string, { entries: most, fileBytes }: RunFileBounds): Promise<Look> {
  const root = await realpath(folder);
  const files: SeenFile[] = [];
  const left: LeftFile[] = [];
  const folders = [""];
  let entries = 0;
  for (let at = folders.shift(); at !== undefined; at = folders.shift()) {
    const within = at;
    const found = await readdir(join(root, within), { withFileTypes: true }).catch((error: unknown) => {
      // It may have gone meanwhile.
      if (errnoOf(error) !== "ENOENT") left.push({ name: within, why: messageOf(error) });
      return [];
    });
    for (const entry of found.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      const name = within === "" ? entry.name : `${within}/${entry.name}`;
      if (isOfDeck(name) || isDraft(entry.name)) continue;
      entries += 1;
      if (entries > most) {
        left.push({ name: "", why: `there are more than ${most} entries, and the others were not looked at` });
        return { root, files, left };
      }
      const why = whyNotName(name) ?? (entry.isDirectory() || entry.isFile() ? undefined : whatElse(entry));
      if (why !== undefined) left.push({ name, why });
      else if (entry.isDirectory()) folders.push(name);
      else {
        const seen = await lstat(join(root, name), { bigint: true }).catch(() => undefined);
        if (seen === undefined) continue;
        if (seen.size > BigInt(fileBytes)) left.push({ name, why: tooLarge(Number(seen.size), fileBytes) });
        else files.push({ name, bytes: Number(seen.size), stamp: stampOf(seen) });
      }
    }
  }
  return { root, files, left };
}

export const tooLarge = (bytes: number, most: number): string =>
  `it has ${showBytes(bytes)}, and ${showBytes(most)} are the bound`;

const whatElse = (entry: { isSymbolicLink(): boolean }): string =>
  entry.isSymbolicLink() ? "it is a link" : "it is no plain file";
