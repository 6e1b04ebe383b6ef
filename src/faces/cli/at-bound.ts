import { isConstructBound, type ConstructBound } from "../../protocol/bound.ts";
import type { RunView } from "../../protocol/view.ts";

/** By which a run is left that stands still at bounds of its constructs. */
export const constructRule = (which: ConstructBound): string => `budget.${which}`;

/**
 * The bound at which a run stands still, though the run itself has room: each construct that is at work waits for an answer
 * about its own bound, and the daemon waits for them. Undefined as long as anything moves.
 * @returns the rule, and what the netrunner is asked
 */
export function standstill(view: RunView): { rule: string; text: string } | undefined {
  const open = Object.values(view.constructs).filter(({ outcome }) => outcome === null);
  const atWork = open.filter(({ state }) => state !== "queued" && state !== "suspended");
  const items = Object.values(view.attention).filter(({ kind }) => kind === "bound.construct");
  if (atWork.length === 0 || view.daemon.state === "running") return undefined;
  if (atWork.length < open.length && atWork.length < view.settings.max_concurrent) return undefined;
  const areWaiting = atWork.every(({ id }) => items.some(({ construct }) => construct === id));
  const [item] = items;
  if (!areWaiting || item?.bound === undefined || !isConstructBound(item.bound.which)) return undefined;
  return { rule: constructRule(item.bound.which), text: item.text };
}
