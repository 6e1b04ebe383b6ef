import type { DeckEvent } from "../../../protocol/event.ts";
import { oneLine } from "../../../base/text.ts";
import { scaleText } from "../timeline/scale.ts";
import { markOf } from "../draw/mark.ts";
import { dial } from "../../words/amounts.ts";
import { constructWord } from "../../words/state-word.ts";
import { pad } from "../../words/width.ts";
import { filling, line, type Line, type Span } from "../draw/block.ts";
import { cursorIn, firstShown, listActions, movedTo, newListing, placeIn, type Listing } from "../draw/listing.ts";
import type { Look } from "../draw/look.ts";
import { currentRun } from "../model/deck-model.ts";
import {
  cellsOf,
  foldTimeline,
  newTimeline,
  sumsOf,
  timeKinds,
  timelineTypes,
  type TimeKind,
  type Timeline,
} from "../model/timeline.ts";
import type { At, Page, Seen } from "../page.ts";

export interface TimelineState {
  run: string | null;
  /** Grows in place; `heard` tells that it has. */
  timeline: Timeline;
  isLoading: boolean;
  /** What has come while the record was being read. */
  pending: readonly DeckEvent[];
  listing: Listing;
  /** Milliseconds that are shown; null: the whole run. */
  spanMs: number | null;
  /** Where the picture ends, milliseconds since the epoch; null: now. */
  end: number | null;
}

const begun: Omit<TimelineState, "timeline"> = {
  run: null,
  isLoading: false,
  pending: [],
  listing: newListing,
  spanMs: null,
  end: null,
};

/** Who ran when: a bar for each construct, in which the model's time, that of tools and waiting are told apart. */
export const timelinePage: Page<TimelineState> = {
  name: "timeline",
  title: "Timeline",
  begin({ run, construct }, model, before) {
    const wanted = run ?? model.current;
    const kept =
      before !== undefined && before.run === wanted ? before : { ...begun, timeline: newTimeline(), run: wanted };
    return construct === undefined ? kept : { ...kept, listing: { cursor: construct, place: 0 } };
  },
  entered: (at) => void load(at),
  heard(event, { state }) {
    if (event.run !== state.run) return state;
    if (state.isLoading) return { ...state, pending: [...state.pending, event] };
    foldTimeline(state.timeline, event);
    return state;
  },
  draw(seen) {
    const { model, state, size } = seen;
    const view = viewOf(seen);
    const ids = idsOf(seen);
    if (view === undefined || ids.length === 0) {
      const text = state.isLoading ? "  The record is being read…" : "  Nothing has run yet: there is no time to show.";
      return filling([line(""), line([text, "faint"])], size.columns, size.rows);
    }
    const now = view.closedAt ?? model.now;
    const span = spanOf(state, view.openedAt, now);
    const task = taskColumns(size.columns);
    const bar = Math.max(10, size.columns - 26 - task);
    const place = placeIn(ids, state.listing);
    const rows = size.rows - 4;
    const first = firstShown(ids.length, place, rows);
    const shown = ids.slice(first, first + rows).map((id, index): Line => {
      const construct = view.constructs[id];
      const word = constructWord(construct?.state ?? "queued");
      const cells = cellsOf(state.timeline.rows.get(id)?.stretches ?? [], span, bar, now);
      const isCursor = first + index === place;
      const head: Span[] = [
        markOf({ place: first + index, isCursor }),
        { text: pad(id, 11) },
        { text: ` ${word.glyph} `, look: word.style === "alarm" ? "act" : word.style },
        { text: task === 0 ? "" : pad(` ${oneLine(construct?.task ?? "", 4 * task)}`, task) },
        { text: `${pad(dial(sumAll(seen, id, now)), 7, "right")} `, look: "faint" },
      ];
      return { spans: [...head, ...barSpans(cells)], target: id, ...(isCursor ? { fill: "cursor" as const } : {}) };
    });
    const foot = [line(""), legend(), sumLine(seen, cursorIn(ids, state.listing), now)];
    const body = [scaleLine(span, { bar, task }, view.openedAt), ...shown];
    const blanks = Array.from({ length: Math.max(0, size.rows - body.length - foot.length) }, () => line(""));
    return filling([...body, ...blanks, ...foot], size.columns, size.rows);
  },
  focus: (seen) => ({ run: seen.state.run ?? undefined, construct: cursorIn(idsOf(seen), seen.state.listing) }),
  actions: [
    {
      id: "timeline.open",
      title: "open the construct",
      keys: ["enter", "space"],
      can: ({ focus }) => focus.construct !== undefined,
      run: ({ hands, focus }) => hands.show("construct", focus),
    },
    { id: "timeline.closer", title: "closer", keys: ["+", "="], run: (at) => scaled(at, 0.5) },
    { id: "timeline.wider", title: "wider", keys: ["-"], run: (at) => scaled(at, 2) },
    { id: "timeline.earlier", title: "earlier", keys: ["["], run: (at) => shifted(at, -0.5) },
    { id: "timeline.later", title: "later", keys: ["]"], run: (at) => shifted(at, 0.5) },
    {
      id: "timeline.whole",
      title: "the whole run",
      keys: ["0"],
      run: ({ state }) => ({ ...state, spanMs: null, end: null }),
    },
    ...listActions<TimelineState>("timeline", {
      ids: (seen) => idsOf(seen),
      get: (state) => state.listing,
      set: (state, listing) => ({ ...state, listing }),
    }),
  ],
  clicked: (target, { state }) => ({ ...state, listing: { cursor: target, place: 0 } }),
  wheeled: (rows, seen) => ({
    ...seen.state,
    listing: movedTo(idsOf(seen), placeIn(idsOf(seen), seen.state.listing) + rows),
  }),
};

type SeenTimeline = Pick<Seen<TimelineState>, "model" | "state">;

const viewOf = ({ model, state }: SeenTimeline) => (state.run === null ? currentRun(model) : model.runs.get(state.run));
const idsOf = ({ state }: SeenTimeline): string[] => [...state.timeline.rows.keys()];

/** Reads what has been, a page of the record at a time; what comes meanwhile is in the last of them. */
async function load({ state, hands, update }: At<TimelineState>): Promise<void> {
  const { run, timeline, isLoading } = state;
  if (run === null || isLoading) return;
  update((now) => ({ ...now, isLoading: true }));
  for (let isMore = true; isMore;) {
    const page = await hands.send({ type: "events.list", run, after: timeline.seq, limit: 500, types: timelineTypes });
    for (const event of page?.events ?? []) foldTimeline(timeline, event);
    isMore = page?.more ?? false;
  }
  update((now) => {
    for (const event of now.pending) foldTimeline(timeline, event);
    return { ...now, isLoading: false, pending: [] };
  });
}

const leastSpanMs = 5000;

function spanOf({ spanMs, end }: TimelineState, openedAt: number, now: number): { from: number; to: number } {
  const to = end ?? now;
  return { from: spanMs === null ? openedAt : Math.max(openedAt, to - spanMs), to: Math.max(to, openedAt + 1) };
}

function scaled({ model, state }: At<TimelineState>, by: number): TimelineState {
  const view = viewOf({ model, state });
  if (view === undefined) return state;
  const now = view.closedAt ?? model.now;
  const { from, to } = spanOf(state, view.openedAt, now);
  const spanMs = Math.max(leastSpanMs, (to - from) * by);
  return spanMs >= now - view.openedAt ? { ...state, spanMs: null, end: null } : { ...state, spanMs };
}

function shifted({ model, state }: At<TimelineState>, by: number): TimelineState {
  const view = viewOf({ model, state });
  if (view === undefined || state.spanMs === null) return state;
  const now = view.closedAt ?? model.now;
  const end = (state.end ?? now) + by * state.spanMs;
  return { ...state, end: end >= now ? null : Math.max(view.openedAt + state.spanMs, end) };
}

/** How a stretch looks: told apart by its sign as well as by its colour. */
const signs: Record<TimeKind, [sign: string, look: Look, word: string]> = {
  queue: ["·", "queued_bar", "queued"],
  start: ["-", "queued_bar", "starting"],
  model: ["█", "model_bar", "model"],
  tool: ["▒", "tool_bar", "tools"],
  wait: ["!", "waiting_bar", "waiting"],
};

/** Equal neighbours as one piece. */
function barSpans(cells: readonly (TimeKind | null)[]): Span[] {
  const spans: { text: string; look?: Look }[] = [];
  let last: TimeKind | null | undefined;
  for (const kind of cells) {
    const [sign, look] = kind === null ? [" ", "plain" as const] : signs[kind];
    const piece = spans.at(-1);
    if (piece !== undefined && kind === last) piece.text += sign;
    else spans.push({ text: sign, look });
    last = kind;
  }
  return spans;
}

const legend = (): Line =>
  line(
    ...timeKinds.flatMap((kind): (readonly [string, Look])[] => [
      [`  ${signs[kind][0].repeat(2)}`, signs[kind][1]],
      [` ${signs[kind][2]}`, "faint"],
    ]),
  );

function sumLine(seen: SeenTimeline, id: string | undefined, now: number): Line {
  if (id === undefined) return line("");
  const sums = sumsOf(seen.state.timeline.rows.get(id)?.stretches ?? [], now);
  const words = timeKinds.filter((kind) => sums[kind] > 0).map((kind) => `${signs[kind][2]} ${dial(sums[kind])}`);
  return line([`  ${id}: `, "strong"], words.join(" · "));
}

function sumAll(seen: SeenTimeline, id: string, now: number): number {
  const { queue: _queue, ...sums } = sumsOf(seen.state.timeline.rows.get(id)?.stretches ?? [], now);
  return Object.values(sums).reduce((sum, ms) => sum + ms, 0);
}

/** The columns for tasks, where the bars do not need them more. */
const taskColumns = (columns: number): number => (columns >= 160 ? 48 : columns >= 110 ? 26 : 0);

/** The time since the run's beginning, at some places over the bars. */
function scaleLine(
  { from, to }: { from: number; to: number },
  { bar, task }: { bar: number; task: number },
  openedAt: number,
): Line {
  const scale = scaleText({ from: from - openedAt, to: to - openedAt }, bar);
  return line(
    [`${pad("   CONSTRUCT", 17)}${task === 0 ? "" : pad(" TASK", task)}${pad("AT WORK", 7, "right")} `, "faint"],
    [scale, "faint"],
  );
}
