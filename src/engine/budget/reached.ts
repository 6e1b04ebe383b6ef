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

export interface ConstructUse {
  spent: Spent;
  /** Milliseconds, without its waits for the netrunner. */
  workedMs: number;
}

/** The first bound that a construct has reached. */
export function reachedByConstruct(limits: ConstructLimits, use: ConstructUse): ReachedBound | undefined {
  const used = usedByConstruct(use);
  return first(constructBounds.map((which) => ({ which, used: used[which], limit: limits[which] })));
}

/** The bounds of which a construct has used up this share and that it has not reached. */
export function nearlyReached(limits: ConstructLimits, use: ConstructUse, share: number): ReachedBound[] {
  const used = usedByConstruct(use);
  return constructBounds
    .map((which) => ({ which, used: used[which], limit: limits[which] }))
    .filter(({ used: amount, limit }) => limit > 0 && amount < limit && amount >= limit * share);
}

/** What a run uses up by being at work: the cap on spawns counts only when one more is wanted. */
type UsedBound = Exclude<RunBound, "max_spawns">;
const usedBounds = runBounds.filter((which): which is UsedBound => which !== "max_spawns");

export interface RunUse {
  spent: Spent;
  /** US dollars that all runs of the home have cost today. */
  todayUsd: number;
  /** Milliseconds that the run was open. */
  openMs: number;
}

/** The first bound that a run has reached. */
export function reachedByRun(
  limits: Pick<RunSettings, UsedBound>,
  { spent, todayUsd, openMs }: RunUse,
): ReachedBound | undefined {
  const used: Record<UsedBound, number> = {
    budget_usd: spent.costUsd,
    day_usd: todayUsd,
    run_turns: spent.requests,
    run_tokens: tokenSum(spent.tokens),
    run_time_ms: openMs,
  };
  return first(usedBounds.map((which) => ({ which, used: used[which], limit: limits[which] })));
}

/** Whether anything depends on what a request costs. */
export const hasDollarBound = (limits: Pick<RunSettings, "construct_usd" | "budget_usd" | "day_usd">): boolean =>
  limits.construct_usd > 0 || limits.budget_usd > 0 || limits.day_usd > 0;

const usedByConstruct = ({ spent, workedMs }: ConstructUse): ConstructLimits => ({
  construct_turns: spent.requests,
  construct_tokens: tokenSum(spent.tokens),
  construct_usd: spent.costUsd,
  time_limit_ms: workedMs,
});

/** 0 is no bound. */
const first = (bounds: ReachedBound[]): ReachedBound | undefined =>
  bounds.find(({ used, limit }) => limit > 0 && used >= limit);
