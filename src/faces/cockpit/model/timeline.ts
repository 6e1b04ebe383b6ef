import type { DeckEvent, EventType } from "../../../protocol/event.ts";

/** What a construct's time went into. `wait`: on the netrunner, a pause, or the account; `start`: until its agent was ready. */
export const timeKinds = ["queue", "start", "model", "tool", "wait"] as const;
export type TimeKind = (typeof timeKinds)[number];

/** A stretch of time, milliseconds since the epoch. The last one of a construct that has not ended has no end. */
export interface Stretch {
  kind: TimeKind;
  from: number;
  to: number | null;
}

/** The stretches of each construct, in the order in which they queued. */
export interface Timeline {
  rows: Map<string, Row>;
  /** The last event that is in it. */
  seq: number;
}

interface Row {
  stretches: Stretch[];
  /** Calls that have not come back; what it waits for at the moment. */
  calls: Set<string>;
  waits: Set<string>;
}

/** The events that a timeline is made of. */
export const timelineTypes: EventType[] = [
  "construct.queued",
  "construct.started",
  "construct.ready",
  "construct.tool_called",
  "construct.tool_returned",
  "hold.opened",
  "hold.closed",
  "construct.paused",
  "construct.continued",
  "construct.parked",
  "construct.unparked",
  "construct.suspended",
  "construct.ended",
];

/** The most stretches that are kept of one construct; then its oldest ones become one. */
const mostStretches = 2000;

export const newTimeline = (): Timeline => ({ rows: new Map(), seq: 0 });

/** Takes an event of a run in, in place; those that it has already, and those of no construct, change nothing. */
export function foldTimeline(timeline: Timeline, event: DeckEvent): void {
  if (event.seq <= timeline.seq) return;
  timeline.seq = event.seq;
  if (!("construct" in event.body) || typeof event.body.construct !== "string") return;
  const id = event.body.construct;
  if (event.type === "construct.queued") {
    timeline.rows.set(id, {
      stretches: [{ kind: "queue", from: event.at, to: null }],
      calls: new Set(),
      waits: new Set(),
    });
    return;
  }
  const row = timeline.rows.get(id);
  if (row === undefined) return;
  const kind = kindAfter(row, event);
  if (kind !== undefined) turnTo(row, kind, event.at);
}

/** What its time goes into from this event on; null: nothing more; undefined: as before. */
function kindAfter(row: Row, event: DeckEvent): TimeKind | null | undefined {
  switch (event.type) {
    case "construct.started":
      row.calls.clear();
      return "start";
    case "construct.ready":
      return atWork(row);
    case "construct.tool_called":
      row.calls.add(event.body.call);
      return atWork(row);
    case "construct.tool_returned":
      row.calls.delete(event.body.call);
      return atWork(row);
    case "hold.opened":
      row.waits.add(event.body.hold);
      return atWork(row);
    case "hold.closed":
      row.waits.delete(event.body.hold);
      return atWork(row);
    case "construct.paused":
    case "construct.parked":
      row.waits.add(event.type === "construct.paused" ? "pause" : "park");
      return atWork(row);
    case "construct.continued":
    case "construct.unparked":
      row.waits.delete(event.type === "construct.continued" ? "pause" : "park");
      return atWork(row);
    case "construct.suspended":
      row.waits.clear();
      return "queue";
    case "construct.ended":
      return null;
    default:
      return undefined;
  }
}

function atWork({ calls, waits, stretches }: Row): TimeKind | undefined {
  const kind = stretches.at(-1)?.kind;
  if (kind === "queue") return undefined;
  if (waits.size > 0) return "wait";
  return calls.size > 0 ? "tool" : "model";
}

function turnTo({ stretches }: Row, kind: TimeKind | null, at: number): void {
  const last = stretches.at(-1);
  if (last?.kind === kind && last.to === null) return;
  if (last !== undefined) last.to ??= at;
  if (kind !== null) stretches.push({ kind, from: at, to: null });
  const [first, second] = stretches;
  if (stretches.length > mostStretches && first !== undefined && second !== undefined)
    stretches.splice(0, 2, { kind: second.kind, from: first.from, to: second.to });
}

/** How long a construct has spent on each, milliseconds. */
export function sumsOf(stretches: readonly Stretch[], now: number): Record<TimeKind, number> {
  const sums = { queue: 0, start: 0, model: 0, tool: 0, wait: 0 };
  for (const { kind, from, to } of stretches) sums[kind] += Math.max(0, (to ?? now) - from);
  return sums;
}

/** What most of the time of each of so many equal parts of a span went into; null where there was nothing. */
export function cellsOf(
  stretches: readonly Stretch[],
  span: { from: number; to: number },
  cells: number,
  now: number,
): (TimeKind | null)[] {
  const each = (span.to - span.from) / cells;
  const shares = Array.from({ length: cells }, (): Partial<Record<TimeKind, number>> => ({}));
  for (const { kind, from, to } of stretches) {
    const [start, end] = [Math.max(from, span.from), Math.min(to ?? now, span.to)];
    if (end < start || each <= 0) continue;
    const last = Math.min(cells - 1, Math.floor((end - span.from) / each));
    for (let cell = Math.max(0, Math.floor((start - span.from) / each)); cell <= last; cell += 1) {
      const share = shares[cell];
      const overlap = Math.min(end, span.from + (cell + 1) * each) - Math.max(start, span.from + cell * each);
      // What is shorter than can be measured was there all the same.
      if (share !== undefined) share[kind] = (share[kind] ?? 0) + Math.max(overlap, Number.EPSILON);
    }
  }
  return shares.map((share) => {
    const [first] = timeKinds
      .filter((kind) => share[kind] !== undefined)
      .toSorted((one, other) => (share[other] ?? 0) - (share[one] ?? 0));
    return first ?? null;
  });
}
