import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { errnoOf, Fault } from "../base/fault.ts";

/** The most dangling links that are followed: as many as Linux follows. */
const mostLinks = 40;

/**
 * The `realPath` of the brake's context, on this machine's disk. It only looks, and never caches: a link may have been
 * made a moment ago. What does not exist is appended to the real path of its nearest existing parent; a link whose
 * target does not exist is followed, because a write would create that target. Throws where the disk cannot be read.
 */
export function realPath(path: string): string {
  return follow(resolve(path), 0);
}

function follow(path: string, links: number): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
  }
  if (links >= mostLinks)
    throw new Fault("refused", "policy.links", `${path} goes through too many links`, { hint: "Use a direct path." });
  const parent = follow(dirname(path), links);
  const here = join(parent, path.slice(path.lastIndexOf("/") + 1));
  const target = linkTarget(here);
  return target === undefined ? here : follow(resolve(parent, target), links + 1);
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
