import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../../base/fault.ts";
import type { Git } from "./sealed-git.ts";

/**
 * The branches on which work trees stand, also those that have no commit yet, and those that a rebase or a bisect comes back to: its work tree
 * is on no branch meanwhile.
 * @param commonFolder the folder of git that all work trees share
 */
export async function checkedOut(git: Git, commonFolder: string): Promise<Set<string>> {
  const { out } = await git(["worktree", "list", "--porcelain"]);
  const heads = [...out.toString("utf8").matchAll(/^branch refs\/heads\/(.+)$/gm)].map(([, name = ""]) => name);
  const others = await readdir(join(commonFolder, "worktrees")).catch(nothingThere);
  const folders = [commonFolder, ...others.map((name) => join(commonFolder, "worktrees", name))];
  const underWay = await Promise.all(folders.flatMap((folder) => states.map((name) => branchesIn(join(folder, name)))));
  return new Set([...heads, ...underWay.flat()]);
}

/** Where git notes the branches that it comes back to, one a line; other lines name no branch. */
const states = ["rebase-merge/head-name", "rebase-merge/update-refs", "rebase-apply/head-name", "BISECT_START"];

async function branchesIn(file: string): Promise<string[]> {
  try {
    // To read from a pipe that somebody has put there would wait for ever.
    if (!(await lstat(file)).isFile()) return [];
    const lines = (await readFile(file, "utf8")).split("\n");
    return lines.filter((line) => line !== "").map((line) => line.replace(/^refs\/heads\//, ""));
  } catch (error) {
    return nothingThere(error);
  }
}

function nothingThere(error: unknown): [] {
  const code = errnoOf(error);
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
  return [];
}
