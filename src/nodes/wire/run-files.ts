import { z } from "zod";
import { clip } from "../../base/text.ts";
import { runFileBounds } from "../run-files/bounds.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** So many files that stay behind are told one by one. */
const mostLeft = 50;

/** What of a name may be shown; whether it may be a name is asked of each by itself. */
const name = z.string().max(4096);

/** A file of the folder of a run, as it travels. */
const travellingFileSchema = z.object({
  /** Relative to the folder, parted by `/`. */
  name,
  bytes: z.int().nonnegative().max(runFileBounds.fileBytes),
  sha256,
});
export type TravellingFile = z.infer<typeof travellingFileSchema>;

/** All files of one journey, one behind the other, in the store of things. */
const packSchema = z.object({
  thing: z.string().min(1).max(200),
  bytes: z.int().nonnegative().max(runFileBounds.allBytes),
  sha256,
});
export type Pack = z.infer<typeof packSchema>;

const leftSchema = z.array(z.object({ name, why: z.string().max(2000) })).max(mostLeft);

/** What a node brings. `base`: the hash that the host's file had when the node last knew of it; null: it knew of none. */
export const broughtSchema = z.object({
  pack: packSchema.nullable(),
  files: z.array(travellingFileSchema.extend({ base: sha256.nullable() })).max(runFileBounds.files),
  /** What stays on the node, and why. */
  left: leftSchema,
});
type Left = z.infer<typeof leftSchema>[number];
export type Brought = z.infer<typeof broughtSchema>;

/**
 * What became of each of them, in their order: under which name it stands on the host now, or why it does not. `isAgain`: it may be brought once
 * more as it is.
 */
export const broughtAnswerSchema = z
  .array(z.union([z.object({ as: name }), z.object({ why: z.string().max(2000), isAgain: z.boolean() })]))
  .max(runFileBounds.files);
export type BroughtAnswer = z.infer<typeof broughtAnswerSchema>;

/** What a node has of a run's folder: by name, the hash of the host's file that it knows of. */
export const knownFilesSchema = z.record(name, sha256);

/** What is new for a node, or changed, of the folder of a run on the host. */
export const givenSchema = z.object({
  pack: packSchema.nullable(),
  files: z.array(travellingFileSchema).max(runFileBounds.files),
});
export type Given = z.infer<typeof givenSchema>;

/** The beginning of the names of all packs that are of this node: a host takes, and takes away, no others that it names. */
export const packsOf = (node: string): string => `run-files/${node}/`;

/** What stays behind, as far as it crosses. */
export const toldLeft = (left: readonly Left[]): Left[] => {
  const few = left.length <= mostLeft ? left : left.slice(0, mostLeft - 1);
  const others = left.length - few.length;
  return [...few, ...(others === 0 ? [] : [{ name: "", why: `and ${others} others` }])].map((one) => ({
    name: clip(one.name, 1024),
    why: clip(one.why, 500),
  }));
};
