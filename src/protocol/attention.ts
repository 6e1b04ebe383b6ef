import { z } from "zod";
import { boundSchema } from "./bound.ts";

/**
 * Why the netrunner is needed. `gate.bypassed`: a call has run without an allow; `gate.canary`: the gate did not hold in
 * a trial. `bound.…`: a bound is reached. `construct.stalled`: nothing was heard of a construct for long. `account.…`: what
 * holds all agents up (see `account.ts`). `workspace.refused`: what came back from another machine is not what may be taken.
 */
export const attentionKinds = [
  "gate.bypassed",
  "gate.canary",
  "bound.construct",
  "bound.run",
  "construct.stalled",
  "account.credential",
  "account.usage_limit",
  "account.overload",
  "account.correlated",
  "workspace.refused",
] as const;

/**
 * How an item was over. `expired`: nobody answered in time; `ended`: what it was about had ended; `tried again`: the run was
 * opened again.
 */
export const attentionEnds = ["continued", "killed", "expired", "ended", "tried again"] as const;
export type AttentionEnd = (typeof attentionEnds)[number];

/** Something other than a held call that waits for the netrunner. */
export const attentionSchema = z.object({
  item: z.string(),
  /** The construct that waits; left out when it concerns all of them. */
  construct: z.string().optional(),
  kind: z.enum(attentionKinds),
  /** What has happened. */
  text: z.string(),
  /** What the netrunner can do about it. */
  next: z.string(),
  /** Of an item of the kind `bound.…`. */
  bound: boundSchema.optional(),
});
export type AttentionItem = z.infer<typeof attentionSchema>;
