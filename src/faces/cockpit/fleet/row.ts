import { tokenSum } from "../../../protocol/spent.ts";
import { isEnded, type ConstructView, type RunView } from "../../../protocol/view.ts";
import { constructsOf } from "../model/constructs.ts";
import { isOpen, lookedInto, type DeckModel } from "../model/deck-model.ts";
import type { Need } from "../model/need.ts";
import { needsOf } from "../model/needs.ts";

/** A construct as the fleet shows it. */
export interface FleetRow {
  view: RunView;
  construct: ConstructView;
  /** What it waits for the netrunner with: of several, what decides itself first. */
  need: Need | undefined;
  /** Its place in the order in which constructs came. */
  place: number;
}

/**
 * The constructs of the runs that are open, and of the run that is meant where nothing says which, as they came; of a run that is
 * looked into those alone.
 */
export function fleetRows(model: DeckModel): FleetRow[] {
  const needs = new Map<string, Need>();
  for (const need of needsOf(model))
    if (need.construct !== null && !needs.has(need.construct)) needs.set(need.construct, need);
  const alone = lookedInto(model);
  return constructsOf(model)
    .filter(({ view }) => (alone === undefined ? isOpen(view) || view.run === model.current : view === alone))
    .map(({ view, construct }, place) => ({ view, construct, need: needs.get(construct.id), place }));
}

export const hasEnded = ({ construct }: FleetRow): boolean => isEnded(construct);

/** How many tool calls it was denied. */
export const denialsOf = ({ construct }: FleetRow): number => construct.outcome?.denials.length ?? construct.denials;

/** How many files it has written, as far as that is known: its outcome tells. */
export const filesOf = ({ construct }: FleetRow): number => construct.outcome?.files.length ?? 0;

export const tokensOf = ({ construct }: FleetRow): number => tokenSum(construct.tokens);
