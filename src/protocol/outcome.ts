import { z } from "zod";
import { caliberSchema } from "./caliber.ts";
import { surfacedSchema } from "./surfaced.ts";
import { tripwireNoteSchema } from "./tripwire.ts";
import { returnedSchema } from "./workspace.ts";

export const origins = ["daemon", "netrunner", "redirect"] as const;
export type Origin = (typeof origins)[number];

/** Who may tell a construct something. */
export const tellers = [...origins, "deck"] as const;
export type Teller = (typeof tellers)[number];

export const endStates = ["done", "failed", "killed", "redirected"] as const;
export type EndState = (typeof endStates)[number];

/** A file that a construct wrote: taken from a successful tool result, then looked at on disk. */
export const fileSchema = z.object({ path: z.string(), size: z.int(), sha256: z.string() });
export type WrittenFile = z.infer<typeof fileSchema>;

/** A tool call that the gate did not allow. */
export const denialSchema = z.object({ tool: z.string(), input: z.string(), rule: z.string() });
export type Denial = z.infer<typeof denialSchema>;

export const tokensSchema = z.object({
  input: z.int(),
  output: z.int(),
  cache_read: z.int(),
  cache_written: z.int(),
});
export type Tokens = z.infer<typeof tokensSchema>;

/** How a construct ended: the structured record that the daemon, the report and the screens are told. */
export const outcomeSchema = z.object({
  id: z.string(),
  task: z.string(),
  origin: z.enum(origins),
  parent: z.string().nullable(),
  state: z.enum(endStates),
  /** Why it ended: "result", "crash", "netrunner", "budget:time", … The first cause wins. */
  cause: z.string(),
  /** The profile that it had. */
  profile: z.string().default("default"),
  caliber_asked: caliberSchema,
  /** What it was started on; `fast` as the agent itself says. Null when it never started, and in older records. */
  caliber_given: caliberSchema.extend({ fast: z.boolean() }).nullable().default(null),
  /** The model that the agent said it used; null when it never said. */
  model_given: z.string().nullable(),
  exit: z.string(),
  /** Its machine was lost, or there was none to be had: it has not died of its agent or its task. Left out: that is not so. */
  lost: z.literal(true).optional(),
  started_at: z.number().nullable(),
  duration_ms: z.number(),
  turns: z.int(),
  cost_usd: z.number(),
  tokens: tokensSchema,
  result: z.string(),
  result_from: z.enum(["result", "assistant", "tool", "none"]),
  files: z.array(fileSchema),
  /** Paths that a successful call reported but that are not on disk any more. */
  files_missing: z.array(z.string()),
  denials: z.array(denialSchema),
  /** What came back of its copy of the workspace, where it worked on another machine; null: it worked in the workspace itself. */
  workspace: returnedSchema.nullable().default(null),
  /** What it has shown to the netrunner while it worked. */
  surfaced: z.array(surfacedSchema).default([]),
  /** Plugins that it was to have and that did not start. */
  plugins_failed: z.array(z.string()).default([]),
  /** The tripwires that fired, the first ones. */
  tripwires: z.array(tripwireNoteSchema).default([]),
  refusal: z.string().nullable(),
  session_id: z.string().nullable(),
  transcript: z.string().nullable(),
  /** The last words on stderr, when it did not end well. */
  stderr: z.string(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const noTokens: Tokens = { input: 0, output: 0, cache_read: 0, cache_written: 0 };
