import {
  constructBounds,
  runBounds,
  type ConstructBound,
  type ReachedBound,
  type RunBound,
} from "../../protocol/bound.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import { tokenSum, type Spent } from "../../protocol/spent.ts";

/** The bounds that hold for one construct. */
type ConstructLimits = Pick<RunSettings, ConstructBound>;

/** The first bound that a construct has reached. */
export function reachedByConstruct(limits: ConstructLimits, spent: Spent): ReachedBound | undefined {
  const used = usedByConstruct(spent);
  return first(constructBounds.map((which) => ({ which, used: used[which], limit: limits[which] })));
}

/** The bounds of which a construct has used up this share and that it has not reached. */
export function nearlyReached(limits: ConstructLimits, spent: Spent, share: number): ReachedBound[] {
  const used = usedByConstruct(spent);
  return constructBounds
    .map((which) => ({ which, used: used[which], limit: limits[which] }))
    .filter(({ used: amount, limit }) => limit > 0 && amount < limit && amount >= limit * share);
}

export interface RunUse {
  spent: Spent;
  /** US dollars that all runs of the home have cost today. */
  todayUsd: number;
  /** Milliseconds that the run was open. */
  openMs: number;
}

/** The first bound that a run has reached. */
export function reachedByRun(
  limits: Pick<RunSettings, RunBound>,
  { spent, todayUsd, openMs }: RunUse,
): ReachedBound | undefined {
  const used: Record<RunBound, number> = {
    budget_usd: spent.costUsd,
    day_usd: todayUsd,
    run_turns: spent.requests,
    run_tokens: tokenSum(spent.tokens),
    run_time_ms: openMs,
  };
  return first(runBounds.map((which) => ({ which, used: used[which], limit: limits[which] })));
}

/** Whether anything depends on what a request costs. */
export const hasDollarBound = (limits: Pick<RunSettings, "construct_usd" | "budget_usd" | "day_usd">): boolean =>
  limits.construct_usd > 0 || limits.budget_usd > 0 || limits.day_usd > 0;

const usedByConstruct = (spent: Spent): ConstructLimits => ({
  construct_turns: spent.requests,
  construct_tokens: tokenSum(spent.tokens),
  construct_usd: spent.costUsd,
});

/** 0 is no bound. */
const first = (bounds: ReachedBound[]): ReachedBound | undefined =>
  bounds.find(({ used, limit }) => limit > 0 && used >= limit);
