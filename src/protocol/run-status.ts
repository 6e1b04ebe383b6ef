import { z } from "zod";
import { denialSchema, endStates, fileSchema } from "./outcome.ts";

/** How a run stands. `waiting`: for the netrunner's answer; `paused`: at a bound; `stopped`: by the netrunner. */
export const runStatuses = ["running", "waiting", "paused", "done", "failed", "stopped"] as const;
export type RunStatus = (typeof runStatuses)[number];

/** One line of the closing record about a construct. */
export const constructLineSchema = z.object({
  id: z.string(),
  task: z.string(),
  state: z.enum([...endStates, "queued", "suspended", "running"]),
  cause: z.string(),
  files: z.array(fileSchema),
  denials: z.array(denialSchema),
});
export type ConstructLine = z.infer<typeof constructLineSchema>;
