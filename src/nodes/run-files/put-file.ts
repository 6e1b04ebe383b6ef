import { createHash, randomBytes } from "node:crypto";
import { constants, lstatSync, renameSync } from "node:fs";
import { link, open, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { errnoOf } from "../../base/fault.ts";
import { sha256Of } from "./hash.ts";
import { inFolderOf, left, stampOf } from "./same-folder.ts";

/** Gives the bytes of a file from the first one. */
export type Content = () => AsyncIterable<Buffer>;

/** `same`: it was there already. `conflict`: something else was there that must not be replaced; nothing has changed. */
export type Put = "put" | "same" | "conflict";

/**
 * Puts a file below a folder: whole or not at all, and never through a link. Rejects where its bytes are not the ones that were promised,
 * or it cannot be there.
 * @param mayReplace asked with the hash of what is there, and again when all is written: that may take a while
 * @param stillWanted throws where nobody may put it there any more; asked at the last moment
 */
export async function putFile(
  root: string,
  { name, sha256 }: { name: string; sha256: string },
  content: Content,
  mayReplace: (current: string) => boolean,
  stillWanted: () => void = () => undefined,
): Promise<Put> {
  const before = await seenAt(root, name);
  if (before?.sha256 === sha256) return "same";
  if (before !== null && !mayReplace(before.sha256)) return "conflict";
  return inFolderOf(root, name, async (folder) => {
    const draft = join(folder, `.cyberdeck-${randomBytes(6).toString("hex")}.tmp`);
    const target = join(folder, basename(name));
    try {
      if ((await writeDraft(draft, content)) !== sha256) throw left("it is not what was said of it");
      const now = before === null ? null : await seenAt(root, name);
      if (now?.sha256 === sha256) return "same";
      if (now !== null && !mayReplace(now.sha256)) return "conflict";
      stillWanted();
      // Unlike a renaming, it replaces nothing that has come meanwhile.
      if (now === null) await link(draft, target);
      // From the look to the renaming nothing of ours comes in between.
      else if (stampAt(target) === now.stamp) renameSync(draft, target);
      else return "conflict";
      return "put";
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return "conflict";
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  });
}

/** What is there; null: nothing. */
async function seenAt(root: string, name: string): Promise<{ stamp: string; sha256: string } | null> {
  try {
    return await sha256Of(root, name);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** Undefined: nothing is there any more. */
function stampAt(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && stampOf(found);
}

/** Gives the hash of what it has written, which is on the disk then. */
async function writeDraft(path: string, content: Content): Promise<string> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  const hash = createHash("sha256");
  for await (const bytes of content()) {
    hash.update(bytes);
    await file.write(bytes);
  }
  await file.sync();
  return hash.digest("hex");
}
