import type { RunSummary } from "../../../protocol/view.ts";
import { cursorIn, newListing, type Listing } from "../draw/listing.ts";
import { kept } from "../model/kept.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Seen } from "../page.ts";
import { listRuns, stampOf, type ListedRun, type RunList, type RunOrder } from "./run-list.ts";

/** What the page of the runs keeps. */
export interface RunsState {
  /** As the deck told them last; null: not yet. */
  listed: readonly RunSummary[] | null;
  isLoading: boolean;
  /** Why they could not be had; "": they could. */
  problem: string;
  filter: string;
  order: RunOrder;
  listing: Listing;
  arrange: (seen: Pick<Seen<RunsState>, "model" | "state">) => RunList;
}

export function newRunsState(): RunsState {
  // The model is changed in place: the stamp tells when.
  const arrange = kept((listed: RunsState["listed"], _stamp: string, ...of: [DeckModel, string, RunOrder]) =>
    listRuns(listed ?? [], ...of),
  );
  return {
    listed: null,
    isLoading: false,
    problem: "",
    filter: "",
    order: { sort: "when", isReversed: false },
    listing: newListing,
    arrange: ({ model, state }) => arrange(state.listed, stampOf(model), model, state.filter, state.order),
  };
}

/** The runs as they are shown. */
export const listOf = (seen: Pick<Seen<RunsState>, "model" | "state">): RunList => seen.state.arrange(seen);

/** The run under the cursor. */
export function runHere(seen: Pick<Seen<RunsState>, "model" | "state">): ListedRun | undefined {
  const { rows, ids } = listOf(seen);
  const run = cursorIn(ids, seen.state.listing);
  return rows.find(({ summary }) => summary.run === run);
}
