import { z } from "zod";
import type { AgentEvent, AgentExit } from "../../drivers/agent.ts";

const subagent = z.string().optional();

/** What an agent has used only grows: less than nothing would take from the sum of a run what others have used. */
const count = z.int().nonnegative();
const tokensSchema = z.object({ input: count, output: count, cache_read: count, cache_written: count });

const turnSchema = z.object({
  status: z.string(),
  ok: z.boolean(),
  text: z.string(),
  structured: z.unknown().optional(),
  errors: z.array(z.string()),
  apiStatus: z.int().optional(),
  refused: z.boolean(),
  sessionId: z.string(),
  turns: z.int(),
  queued: z.int(),
  fast: z.object({ state: z.string(), why: z.string().optional() }).optional(),
  costUsd: z.number().nonnegative(),
  tokens: tokensSchema,
});

/** What an agent did, as a node tells it: the same shape as the driver's, checked at the edge. */
const knownEvents = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("ready"),
    sessionId: z.string(),
    model: z.string(),
    tools: z.array(z.string()),
    down: z.array(z.string()).optional(),
    version: z.string().optional(),
  }),
  z.object({ type: z.literal("alive") }),
  z.object({ type: z.literal("thought"), text: z.string() }),
  z.object({ type: z.literal("said"), text: z.string(), subagent }),
  z.object({ type: z.literal("tool.called"), id: z.string(), tool: z.string(), input: z.unknown(), subagent }),
  z.object({ type: z.literal("tool.returned"), id: z.string(), failed: z.boolean(), text: z.string(), subagent }),
  z.object({
    type: z.literal("used"),
    request: z.string(),
    model: z.string().optional(),
    isFast: z.boolean().optional(),
    tokens: tokensSchema.partial(),
    isFinal: z.boolean(),
    subagent,
  }),
  z.object({
    type: z.literal("retrying"),
    attempt: z.int(),
    inMs: z.number(),
    status: z.int().nullable(),
    reason: z.string(),
  }),
  z.object({ type: z.literal("rejected"), reason: z.string(), text: z.string() }),
  z.object({ type: z.literal("limited"), status: z.string(), resetsAt: z.number().nullable() }),
  z.object({ type: z.literal("turn.ended"), turn: turnSchema }),
  z.object({ type: z.literal("unknown"), kind: z.string(), raw: z.string() }),
]);

/** A node that is newer may tell of what we do not know: that is kept as the driver keeps what its agent says. */
export const agentEventSchema: z.ZodType<AgentEvent> = z.union([
  // What comes from JSON has no field that is there and undefined, in which alone the two types differ.
  knownEvents.transform((event) => event as AgentEvent),
  z
    .looseObject({ type: z.string() })
    .refine(({ type }) => !knownTypes.has(type), "an event of an agent lacks its fields")
    .transform((event): AgentEvent => ({ type: "unknown", kind: event.type, raw: JSON.stringify(event) })),
]);

const knownTypes = new Set<string>(knownEvents.options.map(({ shape }) => shape.type.value));

export const agentExitSchema: z.ZodType<AgentExit> = z.discriminatedUnion("how", [
  z.object({ how: z.literal("code"), code: z.int(), stderr: z.string() }),
  z.object({ how: z.literal("signal"), signal: z.string(), stderr: z.string() }),
  z.object({ how: z.literal("broken"), reason: z.string(), stderr: z.string() }),
  z.object({ how: z.literal("lost"), reason: z.string(), stderr: z.string() }),
]);
