import { posix } from "node:path";
import { quotedPattern, readQuoted } from "./what.ts";

/** Which files are looked at. */
export interface Scope {
  /** A folder or file, relative to the workspace or absolute; without it, the whole workspace. */
  below?: string;
  /** Endings without the dot, in lower case; none means all files. */
  endings: string[];
}

/** The phrase of `showScope`, for regular expressions of whole tasks. It has no groups. */
export const scopePattern = String.raw`of (?:the workspace|${quotedPattern})(?: with names that end in \.[\w.-]+(?:, \.[\w.-]+)*)?`;

/** The exact phrase for a scope: `of "docs" with names that end in .md, .markdown`. */
export function showScope(scope: Scope): string {
  const place = scope.below === undefined ? "the workspace" : JSON.stringify(scope.below);
  const endings = scope.endings.map((ending) => `.${ending}`).join(", ");
  return `of ${place}${endings === "" ? "" : ` with names that end in ${endings}`}`;
}

/** Reads a phrase of `showScope`. */
export function readScope(phrase: string): Scope | undefined {
  const match = new RegExp(`^of (?:the workspace|(${quotedPattern}))(?: with names that end in (.+))?$`).exec(phrase);
  if (match === null) return undefined;
  const below = match[1] === undefined ? undefined : readQuoted(match[1]);
  if (match[1] !== undefined && below === undefined) return undefined;
  const endings = match[2]?.split(", ").map((ending) => ending.slice(1)) ?? [];
  return { ...(below === undefined ? {} : { below }), endings };
}

/** Where a search starts, as a path that no program takes for an option. */
export function rootOf(scope: Scope): string {
  if (scope.below === undefined) return ".";
  const path = posix.normalize(scope.below).replace(/(?<=.)\/$/, "");
  return posix.isAbsolute(path) || path === "." ? path : `./${path}`;
}

/** Folders that are left out wherever they are: they are not the netrunner's own work. */
export const leftOutFolders = [".git", "node_modules", ".cyberdeck"];

/** The sentence that says what is left out. */
export const leftOutSentence = "Left out: folders named .git, node_modules and .cyberdeck; links are not followed.";
