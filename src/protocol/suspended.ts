import { z } from "zod";
import { denialSchema, tellers } from "./outcome.ts";
import { surfacedSchema } from "./surfaced.ts";
import { tripwireNoteSchema } from "./tripwire.ts";

/**
 * A construct that was stopped in the middle of its work, or whose deck or agent died, and that goes on when its run does. What
 * it has used is in its view.
 */
export const suspendedSchema = z.object({
  /** The agent's session, in which it goes on; null when it had none yet. */
  session_id: z.string().nullable(),
  /** The calls that had no result yet, as a person would read them. */
  cut: z.array(z.string()),
  /** Messages that it had not begun to read. */
  unread: z.array(z.object({ text: z.string(), origin: z.enum(tellers) })),
  /** Messages that it had begun to read: its session may not remember the last of them. */
  heard: z.array(z.object({ text: z.string(), origin: z.enum(tellers) })).default([]),
  /** Its deck died under it: this is what the record tells of it, and its last moments may be missing. */
  died: z.boolean().default(false),
  /** Its agent alone was killed: it goes on as soon as there is a slot. */
  agent_died: z.boolean().default(false),
  /** How often its agent was killed by somebody else than the deck; `early`: of these, before its session was there. */
  deaths: z.object({ all: z.int(), early: z.int() }).default({ all: 0, early: 0 }),
  started_at: z.number().nullable(),
  duration_ms: z.number(),
  /** Of these, without its waits: what its time limit goes by. */
  worked_ms: z.number().default(0),
  /** The netrunner had halted it, and has to let it go on. */
  halted: z.enum(["paused", "frozen"]).nullable().default(null),
  turns: z.int(),
  /** Paths that it has written. */
  written: z.array(z.string()),
  denials: z.array(denialSchema),
  surfaced: z.array(surfacedSchema),
  tripwires: z.array(tripwireNoteSchema).default([]),
});
export type Suspended = z.infer<typeof suspendedSchema>;
