import { z } from "zod";
import { runStatuses } from "./run-status.ts";

/** An archive that was made of a run. */
export const exportedRunSchema = z.object({
  path: z.string(),
  /** Files in the archive, with the manifest. */
  files: z.int(),
  /** Of the archive. */
  bytes: z.int(),
});
export type ExportedRun = z.infer<typeof exportedRunSchema>;

/** A run that is to be removed, or was. */
const prunedRunSchema = z.object({
  run: z.string(),
  goal: z.string(),
  status: z.enum(runStatuses),
  /** When its last event was recorded, milliseconds since the epoch. */
  last_at: z.number(),
  events: z.int(),
  /** On the disk, as far as it can be told: its events and its folder. */
  bytes: z.number(),
});
export type PrunedRun = z.infer<typeof prunedRunSchema>;

/** What removing old runs comes to. */
export const pruningSchema = z.object({
  applied: z.boolean(),
  runs: z.array(prunedRunSchema),
  /** Runs that are old enough, and stay because they are open or wait to be gone on with. */
  unfinished: z.array(z.string()),
  /** How many runs there are besides. */
  kept: z.int(),
  /** Whether the file of the record has been made smaller. A deck that runs uses the room again instead. */
  shrunk: z.boolean(),
});
export type Pruning = z.infer<typeof pruningSchema>;
