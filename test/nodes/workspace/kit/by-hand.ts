import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { SpaceManifest } from "../../../../src/nodes/workspace/manifest.ts";
import { git, run } from "./place.ts";

export interface Entry {
  mode: string;
  name: string;
  id: string;
}

/** Writes a file's content into a repository. */
export const blob = (root: string, text: string): string => run(root, ["hash-object", "-w", "--stdin"], text).trim();

/** Writes a tree that git itself would not: in this order, with these names. */
export function tree(root: string, entries: readonly Entry[]): string {
  const parts = entries.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
  return run(root, ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], Buffer.concat(parts)).trim();
}

export const commit = (root: string, id: string, ...parents: string[]): string =>
  git(root, "commit-tree", id, "-m", "by hand", ...parents.flatMap((parent) => ["-p", parent]));

export interface Written {
  bytes: number;
  sha256: string;
}

export function written(path: string, bytes: Buffer): Written {
  writeFileSync(path, bytes);
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** A bundle with this head and the objects that are reachable from `ids` and not from `not`. */
export function bundle(
  root: string,
  path: string,
  head: readonly string[],
  ids: readonly string[],
  not: string[] = [],
): Written {
  const revisions = [...ids, ...not.map((id) => `^${id}`)].join("\n");
  const objects = pack(root, `${revisions}\n`, ["--revs", "--thin"]);
  return written(path, Buffer.concat([Buffer.from(`${head.join("\n")}\n\n`), objects]));
}

/** A pack of these objects alone, or of what is said with the options. */
export function pack(root: string, input: string, options: string[] = []): Buffer {
  return Buffer.from(run(root, ["pack-objects", "--stdout", "-q", ...options], input, {}, "latin1"), "latin1");
}

/** A manifest for a bundle that was made by hand. */
export const manifestOf = (commit: string, file: Written, more: Partial<SpaceManifest> = {}): SpaceManifest => ({
  version: 1,
  ...file,
  format: "sha1",
  commit,
  head: commit,
  branch: "main",
  isDirty: false,
  folder: "",
  shallow: [],
  author: null,
  left: { count: 0, first: [] },
  submodules: { count: 0, first: [] },
  filtered: { count: 0, first: [] },
  linksOutside: { count: 0, first: [] },
  underWay: null,
  deck: [],
  ...more,
});
