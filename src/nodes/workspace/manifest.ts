import { z } from "zod";
import { whyNotAName } from "./file-names.ts";

const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** The name of a branch that git takes, and of no more than plain characters where it matters. */
export const branchSchema = z
  .string()
  .max(200)
  .regex(/^(?!HEAD$)(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock(?:\/|$)|[/.]$))[\p{L}\p{N}_./+=@#,-]+$/u);

/** The name of a file or folder in a work tree. */
const nameSchema = z.string().refine((name) => whyNotAName(Buffer.from(name).toString("latin1")) === undefined);

/** Why something is not in the bundle. */
export const leftReasons = [
  "too_large",
  "filtered",
  "nested_repository",
  "not_a_file",
  "unreadable",
  "link_outside",
  "deck_home",
] as const;

export const leftSchema = z.object({ path: z.string().max(400), why: z.enum(leftReasons) });
/** Something of the work tree that does not travel as it is there: of a tracked file, the committed one does. */
export type Left = z.infer<typeof leftSchema>;

/** Names of files for people; the first of them where there are many. */
const shownSchema = z.object({ count: z.int().nonnegative(), first: z.array(z.string().max(400)).max(100) });
export type Shown = z.infer<typeof shownSchema>;

const file = { bytes: z.int().positive(), sha256: z.string().regex(/^[0-9a-f]{64}$/) };

/** What a node is told of a workspace that it is to unpack, and what the host keeps to judge the result. */
export const spaceManifestSchema = z.object({
  version: z.literal(1),
  ...file,
  format: z.enum(["sha1", "sha256"]),
  /** What the node works on: `head`, or what was not committed on top of it. */
  commit: objectId,
  /** The netrunner's own commit; null: they have none yet. */
  head: objectId.nullable(),
  /** Null: no branch, or one whose name is too odd. */
  branch: branchSchema.nullable(),
  isDirty: z.boolean(),
  /** The workspace within the work tree: "" or `a/b`. */
  folder: z.literal("").or(nameSchema),
  /** Commits whose parents did not go along. */
  shallow: z.array(objectId).max(100_000),
  /** As the netrunner signs their commits. */
  author: z.object({ name: z.string().max(500), email: z.string().max(500) }).nullable(),
  left: z.object({ count: z.int().nonnegative(), first: z.array(leftSchema).max(100) }),
  /** Folders of submodules: empty on the node. */
  submodules: shownSchema,
  /** Files that a filter of the netrunner's would make: the node has what is committed, such as the pointer of a large file. */
  filtered: shownSchema,
  /** Links that lead out of the repository: to something else on a node, or nothing. */
  linksOutside: shownSchema,
  /** The netrunner was in the middle of one; files with conflict marks travel as they are. */
  underWay: z.enum(["merge", "rebase", "cherry-pick", "revert", "bisect"]).nullable(),
  /** Files and folders of the work tree that are the deck's own: they have not gone along, and nothing comes back in their place. */
  deck: z.array(nameSchema).max(100).default([]),
});
export type SpaceManifest = z.infer<typeof spaceManifestSchema>;

/** What a host is told of the result that comes back. */
export const resultManifestSchema = z.object({
  version: z.literal(1),
  ...file,
  /** What the host had given; it must be the same as its own record says. */
  base: objectId,
  commit: objectId,
  /** The agent has replaced commits that it was given, so all that it has made is in one. */
  isRewritten: z.boolean(),
  /** Other branches that the agent has made; they stay on the node. */
  otherBranches: shownSchema,
  left: z.object({ count: z.int().nonnegative(), first: z.array(leftSchema).max(100) }),
});
export type ResultManifest = z.infer<typeof resultManifestSchema>;

/** The first hundred, and how many there are. */
export const firstOf = <T>(items: readonly T[]): { count: number; first: T[] } => ({
  count: items.length,
  first: items.slice(0, 100),
});
