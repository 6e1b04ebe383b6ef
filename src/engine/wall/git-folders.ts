import { existsSync, lstatSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isWithin } from "../../base/files.ts";
import { realPath } from "../gate/real-path.ts";

/**
 * The git folders outside of a workspace that a commit in it writes to, because it is a part of a larger repository, one of
 * several work trees, or a submodule. What the workspace says of them was perhaps written by a construct: a folder counts
 * only when it says from its side, too, that it belongs to this work tree.
 * @param workspace absolute and free of links
 */
export function gitFoldersOutside(workspace: string): string[] {
  for (let at = workspace; ; at = dirname(at)) {
    const found = join(at, ".git");
    if (existsSync(found)) return foldersBehind(found).filter((path) => !isWithin(path, workspace));
    if (at === "/") return [];
  }
}

function foldersBehind(git: string): string[] {
  const kind = lstatSync(git);
  if (kind.isDirectory()) return [git];
  if (!kind.isFile()) return [];
  const target = /^gitdir: (.+)$/m.exec(textOf(git))?.[1];
  if (target === undefined) return [];
  const own = realPath(resolve(dirname(git), target));
  const common = realPath(resolve(own, textOf(join(own, "commondir")).trim() || "."));
  if (common === own) return isSubmodule(own, dirname(git)) ? [own] : [];
  const isLinkedBack = realPath(resolve(own, textOf(join(own, "gitdir")).trim())) === git;
  return isLinkedBack && dirname(own) === join(common, "worktrees") ? [common] : [];
}

function isSubmodule(own: string, workTree: string): boolean {
  const named = /^\s*worktree = (.+)$/m.exec(textOf(join(own, "config")))?.[1];
  return named !== undefined && realPath(resolve(own, named)) === workTree;
}

/** Empty where there is none. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not a repository's file, then: nothing outside stays writable for it.
    return "";
  }
}
