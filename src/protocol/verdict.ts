import { z } from "zod";

export const tiers = ["paranoid", "default", "yolo"] as const;
export const tierSchema = z.enum(tiers);
export type Tier = z.infer<typeof tierSchema>;

/** One tool call, as the agent wants to make it. `input` is whatever the model wrote: it is judged, never trusted. */
export interface ToolCall {
  id: string;
  tool: string;
  input: unknown;
  /** Set when a sub-agent of the construct makes the call. */
  subagent?: string;
}

export const decisions = ["allow", "deny"] as const;

/** What the brake thinks of a call. A hold is for the netrunner to decide. */
export interface Judgement {
  decision: (typeof decisions)[number] | "hold";
  rule: string;
  reason: string;
}

/** What the gate says to one call. Without an explicit allow the call does not run. */
export interface Verdict {
  decision: (typeof decisions)[number];
  /** The rule that decided, dotted: "write.outside". */
  rule: string;
  /** For the model and the netrunner: what was wrong, and what would be allowed. */
  reason: string;
}
