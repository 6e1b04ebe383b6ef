import { z } from "zod";
import { turnSchema } from "./turn.ts";

/** What the netrunner can say to a call that waits. A `deny` may carry a note, which the model is told. */
export const holdAnswers = ["allow", "allow_pattern", "deny", "kill"] as const;
export const holdAnswerSchema = z.enum(holdAnswers);
export type HoldAnswer = z.infer<typeof holdAnswerSchema>;

/** How a hold was over. `expired`: nobody answered in time; `ended`: its construct was ended. Both are a deny. */
export const holdEnds = [...holdAnswers, "expired", "ended"] as const;
export type HoldEnd = (typeof holdEnds)[number];

/** A call that waits for the netrunner. */
export const holdSchema = z.object({
  hold: z.string(),
  construct: z.string(),
  turn: turnSchema,
  call: z.string(),
  tool: z.string(),
  /** The whole command, path or JSON: a netrunner who decides must see all of it. */
  input: z.string(),
  /** What it would do, one line each: "write /etc/hosts (outside the workspace)". */
  targets: z.array(z.string()).default([]),
  /** For an edit: the change as a unified diff against the file on disk, or why there is none. */
  diff: z.string().nullable().default(null),
  task: z.string(),
  rule: z.string(),
  reason: z.string(),
  /** What `allow_pattern` would allow for this construct from now on. */
  pattern: z.string(),
  /** When it is denied without an answer, milliseconds since the epoch; null: it waits for ever. */
  deadline: z.number().nullable(),
});
export type Hold = z.infer<typeof holdSchema>;
