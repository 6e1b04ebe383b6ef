import { setImmediate as nextTurn } from "node:timers/promises";
import { Fault } from "../../base/fault.ts";
import { showBytes } from "../../base/units.ts";
import { namesOf, shownName, whyNotAName } from "./file-names.ts";
import type { SpaceLimits } from "./limits.ts";
import type { Git } from "./sealed-git.ts";

/** Checks the names of all files of a commit, and how large they are together. */
export async function checkTree(
  git: Git,
  commit: string,
  most: Pick<SpaceLimits, "treeBytes" | "files">,
): Promise<void> {
  const { out } = await git(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], {
    mostBytes: Math.max(1e6, most.files * 300),
  });
  const lines = namesOf(out);
  if (lines.length > most.files) throw tooMuch(`${lines.length} files, more than ${most.files}`);
  let bytes = 0;
  for (const [index, line] of lines.entries()) {
    if (index % 5000 === 4999) await nextTurn();
    const [, size = "0", name = ""] = /^\d+ \w+ [0-9a-f]+ +(\d+|-)\t([^]*)$/.exec(line) ?? [];
    bytes += size === "-" ? 0 : Number(size);
    const why = whyNotAName(name);
    if (why !== undefined) throw badName(shownName(name), why);
  }
  if (bytes > most.treeBytes) throw tooMuch(`${showBytes(bytes)} of files, more than ${showBytes(most.treeBytes)}`);
}

const tooMuch = (what: string): Fault =>
  new Fault("refused", "workspace.too_large", `the bundle has ${what}`, {
    hint: "Work on a part of it in a repository of its own, or use a shared path.",
  });

const badName = (name: string, why: string): Fault =>
  new Fault("refused", "workspace.bad_name", `the bundle has a file that no work tree may have: ${name} ${why}`, {
    hint: "Nothing of it was taken. Somebody has made it by hand: look who, before anything else of it is trusted.",
  });
