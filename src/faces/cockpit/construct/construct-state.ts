import type { ReadingOf } from "../draw/reading-of.ts";
import { newReading, type Pane, type Reading } from "../draw/entries.ts";
import { fleetRows, type FleetRow } from "../fleet/row.ts";
import { findConstruct } from "../model/constructs.ts";
import type { DeckModel } from "../model/deck-model.ts";
import { eventsOf } from "../model/feeds.ts";
import { needsOf } from "../model/needs.ts";
import type { At, Seen } from "../page.ts";
import { margin } from "../transcript/step-entry.ts";
import { headerLines } from "./header.ts";
import { newRecord, withOlder, type TranscriptRecord } from "./record.ts";

/** What the construct page keeps: whom it is about, what it knows of its record, and where the reader is in it. */
export interface ConstructState {
  record: TranscriptRecord | null;
  reading: Reading;
}

/** So many older events are asked for at a time. */
const pageOfEvents = 300;

/** The page about a construct, with what the cockpit has heard of it. */
export function aboutConstruct(model: DeckModel, id: string): ConstructState {
  const found = findConstruct(model, id);
  const events = found === undefined ? [] : eventsOf(model.feeds, found.view.run, id);
  const { folder = "", workspace = "" } = found?.view ?? {};
  const since = found?.construct.queuedAt ?? events[0]?.at ?? 0;
  return { record: newRecord(id, { since, folder, workspace }, events), reading: newReading() };
}

/** The construct that the page is about, as the fleet knows it. */
export function rowOf({ model, state }: Seen<ConstructState>): FleetRow | undefined {
  const found = findConstruct(model, state.record?.construct);
  if (found === undefined) return undefined;
  const need = needsOf(model).find(({ construct }) => construct === found.construct.id);
  return { ...found, need, place: 0 };
}

/** The construct before or after this one, in the order in which they came; after the last comes the first. */
export function neighbourOf({ model, state }: Seen<ConstructState>, by: 1 | -1): string | undefined {
  const ids = fleetRows(model).map(({ construct }) => construct.id);
  const at = ids.indexOf(state.record?.construct ?? "");
  return ids.length < 2 ? undefined : ids[(Math.max(0, at) + by + ids.length) % ids.length];
}

/** The part of the page that its transcript has. */
export function paneIn(seen: Seen<ConstructState>): Pane {
  const { columns, rows } = seen.size;
  const row = rowOf(seen);
  const above = row === undefined ? 1 : Math.min(headerLines(row, seen.model, seen.size).length, rows - 4) + 1;
  return { width: columns - 1, height: Math.max(1, rows - above), margin };
}

/** The transcript of the page, for the keys that read it. */
export const reading: ReadingOf<ConstructState> = {
  entries: ({ state }) => state.record?.entries ?? [],
  pane: paneIn,
  get: (state) => state.reading,
  set: (state, next) => ({ ...state, reading: next }),
  json: ({ state }, seq) => {
    const step = state.record?.steps.find((one) => one.seq === seq);
    return step === undefined ? undefined : JSON.stringify(step.events, null, 2);
  },
  older: { has: ({ record }) => record?.isWhole === false, load: (at) => askOlder(at) },
};

/** Asks the deck for what was before the first event that the page knows. False: nothing has come of it. */
export async function askOlder({ model, state, hands, update }: At<ConstructState>): Promise<boolean> {
  const { record } = state;
  const run = findConstruct(model, record?.construct)?.view.run;
  if (record === null || run === undefined || record.isWhole || record.isAsking) return false;
  const { construct, from } = record;
  const change = (to: (record: TranscriptRecord) => TranscriptRecord): void =>
    update((now) => (now.record?.construct === construct ? { ...now, record: to(now.record) } : now));
  // The key that has led here sets a state of its own first.
  await Promise.resolve();
  change((now) => ({ ...now, isAsking: true }));
  const before = from === null ? {} : { before: from };
  const page = await hands.send({ type: "events.list", run, construct, ...before, limit: pageOfEvents });
  change((now) => (page === undefined ? { ...now, isAsking: false } : withOlder(now, page)));
  return page !== undefined;
}
