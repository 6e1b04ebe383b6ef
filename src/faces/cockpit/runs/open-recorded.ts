import { adoptRecorded, isOpen, type DeckModel } from "../model/deck-model.ts";
import { hearFeeds } from "../model/feeds.ts";
import type { Hands } from "../page.ts";

/** So many of its latest events are read with a run; older ones are asked for when they are looked at. */
const mostRecalled = 400;

/** Makes a run the one that is meant: an open one as it is, one that is over out of the record. False: it could not be had. */
export async function meanRun(run: string, model: DeckModel, hands: Hands): Promise<boolean> {
  if (!model.runs.has(run)) {
    const shown = await hands.send({ type: "run.show", run });
    if (shown === undefined) return false;
    // A deck of this process may go on folding what it showed; and it may have come by itself meanwhile.
    if (!model.runs.has(run)) adoptRecorded(model, structuredClone(shown.view));
  }
  hands.choose(run);
  const view = model.runs.get(run);
  if (view === undefined || isOpen(view) || model.feeds.runs.has(run)) return true;
  const latest = await hands.send({ type: "events.list", run, limit: mostRecalled });
  if (!model.feeds.runs.has(run)) for (const event of latest?.events ?? []) hearFeeds(model.feeds, event);
  return true;
}
