import { z } from "zod";

/** What came of stopping everything at once. */
export const ejectionSchema = z.object({
  /** Why, in the netrunner's words; empty when he gave none. */
  reason: z.string(),
  /** What was done, in this order, and how long each took. */
  steps: z.array(z.object({ step: z.string(), ms: z.number() })),
  /**
   * Nothing that this run has ever started is alive: the last two looks for all of its marks found nothing, and each other place has
   * proven its own.
   */
  proven: z.boolean(),
  /** How many marks were looked for. */
  marks: z.int(),
  /** How many processes each look found; null where the process table could not be read. */
  looks: z.array(z.int().nullable()),
  survivors: z.array(z.object({ pid: z.int(), command: z.string() })),
  /** Agents on other places of whose end there is no proof. */
  elsewhere: z.array(z.object({ agent: z.string(), place: z.string() })).default([]),
  /** How many constructs were at work, and how many were queued. */
  at_work: z.int(),
  queued: z.int(),
  /** Path of what is kept of the moment; null when it could not be written. */
  snapshot: z.string().nullable(),
  /** What could not be done. */
  problems: z.array(z.string()),
});
export type Ejection = z.infer<typeof ejectionSchema>;
