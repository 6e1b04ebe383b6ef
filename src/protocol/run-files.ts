import { z } from "zod";

/** How a construct came to name a file: it has written it, as its outcome or, while it is at work, its calls say; or it has shown it. */
export const fileUses = ["written", "surfaced"] as const;

/** A file of a run. */
export const runFileSchema = z.object({
  /** Absolute. */
  path: z.string(),
  /** `at`: milliseconds since the epoch. */
  by: z.array(z.object({ construct: z.string(), how: z.enum(fileUses), at: z.number() })),
  /** As it is now; null: it is gone, or is no plain file. */
  bytes: z.int().nullable(),
});
export type RunFile = z.infer<typeof runFileSchema>;

/** A file as it is now. */
export const readFileSchema = z.object({
  /** Absolute and free of links. */
  path: z.string(),
  /** Empty for what is no text. */
  text: z.string(),
  /** Of the whole file. */
  bytes: z.int(),
  /** Only its beginning is here. */
  cut: z.boolean(),
  binary: z.boolean(),
  /** Milliseconds since the epoch. */
  modified: z.number(),
});
export type ReadFile = z.infer<typeof readFileSchema>;
