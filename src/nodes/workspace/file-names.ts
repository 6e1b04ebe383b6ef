import { oneLine } from "../../base/text.ts";

/**
 * The name of a file in a repository: bytes, each as one character (latin1), as names need not be UTF-8. `/` parts it everywhere.
 */
export type FileName = string;

/** The names in a list that ends each with a zero. */
export const namesOf = (list: Buffer): FileName[] => list.toString("latin1").split("\0").slice(0, -1);

export const listOf = (names: readonly FileName[]): Buffer =>
  Buffer.from(names.map((name) => `${name}\0`).join(""), "latin1");

/** A name as people read it. */
export const shownName = (name: FileName): string => oneLine(Buffer.from(name, "latin1").toString("utf8"), 300);

/** Where it is below this folder, for the file system. */
export const placeOf = (folder: string, name: FileName): Buffer =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, "latin1")]);

/** Why no work tree may have a file of this name; undefined: it may. */
export function whyNotAName(name: FileName): string | undefined {
  if (name === "") return "is empty";
  if (name.startsWith("/")) return "is absolute";
  if (name.includes("\0")) return "has a zero in it";
  for (const part of name.split("/")) {
    if (part === "" || part === "." || part === "..") return "leads out of its folder, or nowhere";
    if (isGitFolder(part)) return "is one of git's own";
  }
  return undefined;
}

/**
 * Whether what a link says may lead out of the repository, seen without the files. A step up after a name is one that may: the name may be
 * that of another link, and then it is not a step up to where the name stands.
 */
export function leadsOut(name: FileName, target: string): boolean {
  if (target.startsWith("/")) return true;
  const at = name.split("/").slice(0, -1);
  let hasGoneDown = false;
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    const isUp = part === "..";
    if (isUp && (hasGoneDown || at.pop() === undefined)) return true;
    if (isUp) continue;
    hasGoneDown = true;
    at.push(part);
  }
  // A link into git's own folder could make a program of what the next command of git reads.
  return at.some(isGitFolder);
}

/** Also by the names that Windows and macOS take for the same: `.GIT`, `git~1`, `.git. `, and with characters that are ignored. */
function isGitFolder(part: string): boolean {
  // Most names begin with another letter, and are done with here.
  if (!/^[.gG\u0080-\u00ff]/.test(part)) return false;
  const seen = Buffer.from(part, "latin1")
    .toString("utf8")
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "")
    .toLowerCase();
  return /^(?:\.git|git~1)[. ]*(?:[:\\].*)?$/s.test(seen);
}
