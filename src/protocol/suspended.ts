import { z } from "zod";
import { denialSchema, tellers } from "./outcome.ts";
import { surfacedSchema } from "./surfaced.ts";

/** A construct that was stopped in the middle of its work and goes on when its run does. What it has used is in its view. */
export const suspendedSchema = z.object({
  /** The agent's session, in which it goes on; null when it had none yet. */
  session_id: z.string().nullable(),
  /** The calls that had no result yet, as a person would read them. */
  cut: z.array(z.string()),
  /** Messages that it had not begun to read. */
  unread: z.array(z.object({ text: z.string(), origin: z.enum(tellers) })),
  started_at: z.number().nullable(),
  duration_ms: z.number(),
  /** Of that, without its waits for the netrunner. */
  worked_ms: z.number().default(0),
  turns: z.int(),
  /** Paths that it has written. */
  written: z.array(z.string()),
  denials: z.array(denialSchema),
  surfaced: z.array(surfacedSchema),
});
export type Suspended = z.infer<typeof suspendedSchema>;
