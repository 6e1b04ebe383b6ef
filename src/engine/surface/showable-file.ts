import { statSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../../base/fault.ts";
import { isWithin } from "../../base/files.ts";
import { oneLine } from "../../base/text.ts";
import { realPath } from "../gate/real-path.ts";

/** Folders whose files may be shown. */
export interface ShowablePlaces {
  workspace: string;
  runFolder: string;
}

/** The file that a path really leads to and its size, or why it cannot be shown. Reads nothing of it; never throws. */
export function showableFile(
  text: string,
  places: ShowablePlaces,
): { path: string; size: number } | { reason: string } {
  const named = oneLine(text, 200);
  try {
    const path = realPath(resolve(places.workspace, text));
    const folders = [places.workspace, places.runFolder, "/tmp"].map(realPath);
    if (!folders.some((folder) => isWithin(path, folder)))
      return { reason: `${named} does not lie in the workspace, the run folder or /tmp; copy what matters there` };
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return { reason: `there is no file ${named}; write it first, and give its absolute path` };
    if (!found.isFile()) return { reason: `${named} is not a plain file; name one file` };
    return { path, size: found.size };
  } catch (error) {
    return { reason: `${named} cannot be looked at (${oneLine(messageOf(error), 200)}); choose another file` };
  }
}
