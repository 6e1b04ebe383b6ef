import type { ConstructView, RunView } from "../../../protocol/view.ts";
import type { DeckModel } from "./deck-model.ts";

/** A construct with the run that it is of. */
export interface Placed {
  view: RunView;
  construct: ConstructView;
}

/** All constructs that the model knows, by run and in the order of their queueing. */
export const constructsOf = ({ runs }: DeckModel): Placed[] =>
  [...runs.values()].flatMap((view) => Object.values(view.constructs).map((construct) => ({ view, construct })));

/** The construct with this id; ids are unique in a home. */
export function findConstruct({ runs }: DeckModel, id: string | undefined): Placed | undefined {
  if (id === undefined) return undefined;
  for (const view of runs.values()) {
    const construct = Object.hasOwn(view.constructs, id) ? view.constructs[id] : undefined;
    if (construct !== undefined) return { view, construct };
  }
  return undefined;
}

/** How long it has been at it, milliseconds; 0 before it began. */
export const ageOf = ({ startedAt, endedAt }: ConstructView, now: number): number =>
  startedAt === null ? 0 : (endedAt ?? now) - startedAt;
