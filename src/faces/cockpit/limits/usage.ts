import { showAmount, type ReachedBound } from "../../../protocol/bound.ts";
import { sparesIn } from "../../../protocol/pool.ts";
import type { SavedField } from "../../../protocol/setting-table.ts";
import { tokenSum } from "../../../protocol/spent.ts";
import { isEnded, spentOf, type ConstructView, type RunView } from "../../../protocol/view.ts";
import { money, spell } from "../../words/amounts.ts";

/** How much of a limit is used, and in words. */
export interface Usage {
  /** 1: all of it; null: there is no limit, or it is none that fills up. */
  share: number | null;
  text: string;
}

/**
 * What a run uses of a limit; null: nothing is counted against this setting here.
 * @param todayUsd what all runs have cost today
 */
export function usageOf(view: RunView, field: SavedField, now: number, todayUsd: number): Usage | null {
  switch (field) {
    case "budget_usd":
      return ofBound(view, field, spentOf(view).costUsd);
    case "day_usd":
      return ofBound(view, field, todayUsd);
    case "run_turns":
      return ofBound(view, field, spentOf(view).requests);
    case "run_tokens":
      return ofBound(view, field, tokenSum(spentOf(view).tokens));
    case "run_time_ms":
      return ofBound(view, field, view.durationMs + (view.closedAt === null ? Math.max(0, now - view.lastAt) : 0));
    case "max_spawns":
      return ofBound(view, field, Object.keys(view.constructs).length);
    case "construct_usd":
      return ofMost(view, field, ({ costUsd }) => costUsd);
    case "construct_turns":
      return ofMost(view, field, ({ requests }) => requests);
    case "construct_tokens":
      return ofMost(view, field, ({ tokens }) => tokenSum(tokens));
    case "max_concurrent": {
      const atWork = alive(view).length;
      return { share: atWork / view.settings.max_concurrent, text: `${atWork} at work` };
    }
    case "max_starting": {
      const starting = alive(view).filter(({ state }) => state === "starting").length;
      return { share: starting / view.settings.max_starting, text: `${starting} starting` };
    }
    case "pool": {
      const ready = sparesIn(view.pool, "ready");
      const { pool } = view.settings;
      return pool === 0 ? null : { share: ready / pool, text: `${ready} ready` };
    }
    default:
      return null;
  }
}

function ofBound(view: RunView, which: ReachedBound["which"], used: number): Usage {
  const limit = view.settings[which];
  return { share: limit === 0 ? null : used / limit, text: `${amountOf(which, used)} used` };
}

/** Of the construct at work that has used the most: it meets its bound first. */
function ofMost(
  view: RunView,
  which: "construct_usd" | "construct_turns" | "construct_tokens",
  used: (one: ConstructView) => number,
): Usage | null {
  const [most] = alive(view).toSorted((one, other) => used(other) - used(one));
  if (most === undefined) return null;
  const limit = most.raised[which] ?? view.settings[which];
  return { share: limit === 0 ? null : used(most) / limit, text: `${most.id}: ${amountOf(which, used(most))}` };
}

/** As everywhere in the cockpit: cents, and a clock's minutes. */
function amountOf(which: ReachedBound["which"], used: number): string {
  if (which.endsWith("_usd")) return money(used);
  return which.endsWith("_ms") ? spell(used) : showAmount(which, used);
}

const alive = (view: RunView): ConstructView[] =>
  Object.values(view.constructs).filter((one) => !isEnded(one) && one.state !== "queued" && one.state !== "suspended");
