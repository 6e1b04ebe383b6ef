import { constructOf } from "../../../protocol/chain.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import type { Entry } from "../draw/entries.ts";
import { entryOf, type Origin } from "../transcript/step-entry.ts";
import type { Step } from "../transcript/step.ts";
import { stepsOf, withEvent } from "../transcript/steps.ts";

/** What the page knows of one construct's events: those from some number on. */
export interface TranscriptRecord {
  construct: string;
  origin: Origin;
  steps: readonly Step[];
  /** The same, as they are shown; an entry stays the same object as long as its step does. */
  entries: readonly Entry[];
  /** The lowest number that was looked at; null: none yet. */
  from: number | null;
  /** The highest. */
  to: number;
  /** There is nothing before `from`. */
  isWhole: boolean;
  /** Older ones are being asked for. */
  isAsking: boolean;
}

/** So many steps are kept; while the end is followed, the oldest ones go. They are on record. */
export const mostSteps = 4000;

/** A record that begins with these events, oldest first, without a gap. */
export function newRecord(construct: string, origin: Origin, events: readonly DeckEvent[]): TranscriptRecord {
  const steps = stepsOf(events);
  return {
    construct,
    origin,
    steps,
    entries: shown(steps, origin),
    from: events[0]?.seq ?? null,
    to: events.at(-1)?.seq ?? 0,
    isWhole: events[0]?.type === "construct.queued",
    isAsking: false,
  };
}

/** The record after one more event; what it has already, or is about another one, changes nothing. */
export function heardBy(record: TranscriptRecord, event: DeckEvent, canForget: boolean): TranscriptRecord {
  if (constructOf(event) !== record.construct || event.seq <= record.to) return record;
  const known = withEvent(record.steps, event);
  const steps = canForget && known.length > mostSteps ? known.slice(-Math.floor((mostSteps * 3) / 4)) : known;
  const hasForgotten = steps.length < known.length;
  return {
    ...record,
    steps,
    entries: shown(steps, record.origin, record),
    from: hasForgotten ? (steps[0]?.seq ?? event.seq) : (record.from ?? event.seq),
    to: event.seq,
    isWhole: record.isWhole && !hasForgotten,
  };
}

/** The record with events from before it. */
export function withOlder(
  record: TranscriptRecord,
  { events, more }: { events: readonly DeckEvent[]; more: boolean },
): TranscriptRecord {
  const known = record.steps.flatMap((step) => step.events);
  const all = new Map([...events, ...known].map((event) => [event.seq, event]));
  const sorted = [...all.values()].toSorted((one, other) => one.seq - other.seq);
  const steps = stepsOf(sorted);
  return {
    ...record,
    steps,
    entries: shown(steps, record.origin),
    from: sorted[0]?.seq ?? record.from,
    to: Math.max(record.to, sorted.at(-1)?.seq ?? 0),
    isWhole: !more,
    isAsking: false,
  };
}

/** Entries for steps; those of steps that were there before are taken over. */
function shown(steps: readonly Step[], origin: Origin, before?: TranscriptRecord): Entry[] {
  const made = new Map<Step, Entry>();
  for (const [index, step] of before?.steps.entries() ?? []) {
    const entry = before?.entries[index];
    if (entry !== undefined) made.set(step, entry);
  }
  return steps.map((step) => made.get(step) ?? entryOf(step, origin));
}
