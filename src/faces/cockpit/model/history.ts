import { mostListed } from "../../../protocol/event-page.ts";
import type { DeckEvent, EventType } from "../../../protocol/event.ts";
import type { Hands } from "../page.ts";

/** Events of a run as far as they were asked for, oldest first, and what has come since. Replaced, never changed. */
export interface History {
  run: string | null;
  events: readonly DeckEvent[];
  /** There are older ones on record. */
  more: boolean;
}

/** What is kept of a history at most; older events are on record. */
const mostKept = 6000;

export const noHistory = (run: string | null): History => ({ run, events: [], more: false });

/** With an event that has just come; one that is known already, or of another run, changes nothing. */
export function withEvent(history: History, event: DeckEvent): History {
  if (event.run !== history.run || event.seq <= (history.events.at(-1)?.seq ?? 0)) return history;
  const events = [...history.events, event];
  return events.length <= mostKept
    ? { ...history, events }
    : { ...history, events: events.slice(-mostKept), more: true };
}

/** With a page of the record, which is what comes right before the known events, or ends among or behind them. */
export function withPage(history: History, page: { events: readonly DeckEvent[]; more: boolean }): History {
  const [first] = history.events;
  const last = page.events.at(-1);
  if (first === undefined || last === undefined)
    return { ...history, events: first === undefined ? page.events : history.events, more: page.more };
  if (last.seq < first.seq) return { ...history, events: [...page.events, ...history.events], more: page.more };
  const start = page.events[0]?.seq ?? 0;
  const known = history.events.at(-1)?.seq ?? 0;
  // Events have come that were not heard, such as while there was no deck: what is older begins anew.
  if (start > known && page.more) return { ...history, events: page.events, more: true };
  const before = history.events.filter(({ seq }) => seq < start);
  const after = history.events.filter(({ seq }) => seq > last.seq);
  const more = before.length > 0 ? history.more : page.more;
  return { ...history, events: [...before, ...page.events, ...after], more };
}

/** Asks the deck for the latest events of a history, or for those before its first one. */
export async function askHistory(
  hands: Hands,
  { run, events }: History,
  of: { types?: readonly EventType[]; construct?: string; older: boolean },
): Promise<{ events: readonly DeckEvent[]; more: boolean } | undefined> {
  if (run === null) return undefined;
  const first = events[0]?.seq;
  return hands.send({
    type: "events.list",
    run,
    limit: mostListed,
    ...(of.construct === undefined ? {} : { construct: of.construct }),
    ...(of.types === undefined ? {} : { types: [...of.types] }),
    ...(of.older && first !== undefined && first > 1 ? { before: first } : {}),
  });
}
