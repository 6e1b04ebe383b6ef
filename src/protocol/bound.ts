import { z } from "zod";
import { count, showCost, showDuration } from "../base/units.ts";

/** The bounds of one construct, by the settings that they are. */
export const constructBounds = ["construct_turns", "construct_tokens", "construct_usd", "time_limit_ms"] as const;
export type ConstructBound = (typeof constructBounds)[number];

/** The bounds of a run. */
export const runBounds = ["budget_usd", "day_usd", "run_turns", "run_tokens", "run_time_ms", "max_spawns"] as const;
export type RunBound = (typeof runBounds)[number];

/** A bound, and how far it is used up. Its unit is that of the setting. */
export const boundSchema = z.object({
  which: z.enum([...constructBounds, ...runBounds]),
  used: z.number(),
  limit: z.number(),
});
export type ReachedBound = z.infer<typeof boundSchema>;

/** The rule by which a run pauses at a bound. */
export const runBoundRules: Record<RunBound, string> = {
  budget_usd: "budget.run",
  day_usd: "budget.day",
  run_turns: "budget.turns",
  run_tokens: "budget.tokens",
  run_time_ms: "budget.time",
  max_spawns: "cap.spawns",
};

export const isConstructBound = (which: ReachedBound["which"]): which is ConstructBound =>
  constructBounds.some((one) => one === which);

/** An amount of what a bound counts, for people. */
export function showAmount(which: ReachedBound["which"], amount: number): string {
  if (which.endsWith("_usd")) return showCost(amount);
  if (which.endsWith("_ms")) return showDuration(amount);
  return count(Math.round(amount), things[which] ?? "token");
}

const things: Partial<Record<ReachedBound["which"], string>> = {
  construct_turns: "model request",
  run_turns: "model request",
  max_spawns: "construct",
};

/** What is used up, in a sentence without its subject: "has used 12 model requests; its bound is 10 model requests". */
export const boundText = ({ which, used, limit }: ReachedBound): string =>
  `has used ${showAmount(which, used)}; ${which === "day_usd" ? "the bound of a day" : "its bound"} is ${showAmount(which, limit)}`;
