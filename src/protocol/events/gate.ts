import { z } from "zod";
import { holdEnds, holdSchema } from "../hold.ts";
import { tripwireFiredSchema } from "../tripwire.ts";
import { turnSchema } from "../turn.ts";
import { decisions } from "../verdict.ts";

const construct = z.string();
const turn = turnSchema;

/** Bodies of the events of the gate and the rules that it goes by. */
export const gateEvents = {
  "gate.judged": z.object({
    construct,
    turn,
    call: z.string(),
    tool: z.string(),
    input: z.string(),
    decision: z.enum(decisions),
    rule: z.string(),
    /** Every rule that gave this answer; more than one where the gate had several reasons. */
    rules: z.array(z.string()).default([]),
    reason: z.string(),
    latency_ms: z.number(),
    /** Set when a sub-agent of the construct made the call. */
    subagent: z.string().optional(),
  }),
  /** A call has run without an allow of ours: the gate does not hold in this agent, so the construct is frozen. */
  "gate.bypassed": z.object({ construct, turn, call: z.string(), tool: z.string() }),
  /** The gate was tried in the agent: a forbidden call came back denied, at top level and in a sub-agent. */
  "canary.passed": z.object({ agent: z.string(), version: z.string(), duration_ms: z.number() }),
  /** It did not: no construct starts. */
  "canary.failed": z.object({ agent: z.string(), version: z.string(), problem: z.string() }),
  /** A call waits for the netrunner. */
  "hold.opened": holdSchema,
  "hold.closed": z.object({
    construct,
    turn,
    hold: z.string(),
    call: z.string().nullable().default(null),
    end: z.enum(holdEnds),
    note: z.string().nullable(),
  }),
  /** The policy file is in force as it stands: at the start of a run, and after each good edit. */
  "policy.loaded": z.object({
    path: z.string(),
    /** Names of the rules that it changes or adds. */
    rules: z.array(z.string()),
    /** How many entries its lists have. */
    entries: z.int(),
  }),
  /** The policy file has been changed and is wrong: the policy before it stays in force. */
  "policy.refused": z.object({ path: z.string(), problem: z.string() }),
  /** The policy file is gone: the tiers are as they were shipped. */
  "policy.removed": z.object({ path: z.string() }),
  "tripwire.fired": tripwireFiredSchema.extend({ turn }),
  /** The netrunner does not want to hear of this tripwire, or does again. */
  "tripwire.muted": z.object({ name: z.string(), muted: z.boolean() }),
} as const;
