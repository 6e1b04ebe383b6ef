import { oneLine } from "../../../base/text.ts";
import { clip, pad } from "../../words/width.ts";
import { answersTo } from "../attention/answers.ts";
import { newDetailing, type Detail, type Detailing } from "../attention/detail.ts";
import { answerLine, needGlyph, needHead, timeOf, whoOf } from "../attention/need-words.ts";
import { blank, filling, line, type Line, type Placed } from "../draw/block.ts";
import { markOf } from "../draw/mark.ts";
import { told } from "../draw/told.ts";
import { boxed } from "../draw/box.ts";
import { cursorIn, firstShown, listActions, movedTo, newListing, placeIn, type Listing } from "../draw/listing.ts";
import type { Need } from "../model/need.ts";
import { needsOf } from "../model/needs.ts";
import type { Action, Page, Seen } from "../page.ts";
import type { Size } from "../screen/size.ts";

export interface InboxState {
  listing: Listing;
  /** How far the details of a need are scrolled, and how many of their rows were seen, in so many columns. */
  reading: { need: string; columns: number; top: number; seen: number } | null;
  detailing: Detailing;
}

const idsOf = ({ model }: Seen<InboxState>): string[] => needsOf(model).map(({ id }) => id);

/** All that waits for the netrunner, and everything about the one under the cursor. */
export const inboxPage: Page<InboxState> = {
  name: "inbox",
  title: "Inbox",
  badge: (model) => needsOf(model).length,
  begin: ({ need }, _model, before) => {
    const own = before ?? { listing: newListing, reading: null, detailing: newDetailing() };
    return need === undefined ? own : { ...own, listing: { cursor: need, place: 0 } };
  },
  draw(seen) {
    const { model, state, size } = seen;
    const needs = needsOf(model);
    const place = placeIn(idsOf(seen), state.listing);
    const need = needs[place];
    if (need === undefined) return filling(emptyLines(size.columns), size.columns, size.rows);
    const { list, detail } = partsOf(size, needs.length);
    const rows = list.height - 1;
    const first = firstShown(needs.length, place, rows);
    const isOfMany = new Set(needs.map(({ run }) => run)).size > 1;
    const titles = list.width >= 110 ? 26 : 20;
    const lines = needs
      .slice(first, first + rows)
      .map((one, index) =>
        rowOf(one, { at: first + index, place, now: model.now, isOfMany, width: list.width, titles }),
      );
    const head = line([`   ${pad("TIME", 7, "right")}      ${pad("WHO", 12)} ${pad("WHAT", titles)} ABOUT`, "faint"]);
    return { parts: [{ ...list, lines: [head, ...lines] }, detailBox(need, seen, detail)] };
  },
  focus(seen) {
    const { model, state } = seen;
    const need = needsOf(model).find(({ id }) => id === cursorIn(idsOf(seen), state.listing));
    if (need === undefined) return {};
    const { detail, seen: rows } = readingOf(need, seen);
    return { need: need.id, run: need.run, construct: need.construct ?? undefined, isSeen: rows >= detail.toSee };
  },
  actions: [
    ...listActions<InboxState>("inbox", {
      ids: idsOf,
      get: (state) => state.listing,
      set: (state, listing) => ({ ...state, listing }),
    }).filter(({ keys }) => !keys.some((key) => key.startsWith("page"))),
    scrolling("inbox.read_up", "read: up", "pageUp", -1),
    scrolling("inbox.read_down", "read: down", "pageDown", 1),
    {
      id: "inbox.open",
      title: "show the construct",
      keys: ["enter", "space"],
      can: ({ focus }) => focus.construct !== undefined,
      run: ({ hands, focus }) => hands.show("construct", { run: focus.run, construct: focus.construct }),
    },
  ],
  clicked: (target, { state }) => ({ ...state, listing: { cursor: target, place: 0 } }),
  wheeled: (rows, seen) => {
    const ids = idsOf(seen);
    return { ...seen.state, listing: movedTo(ids, placeIn(ids, seen.state.listing) + Math.sign(rows)) };
  },
};

const emptyLines = (columns: number): Line[] => [
  blank,
  line(["  Nothing needs you.", "strong"]),
  blank,
  ...told(
    "Held calls, bounds that are reached, questions of the daemon and trouble with the account come in here.",
    columns,
  ),
  ...told("g goes to the next one from any page, x answers it.", columns),
];

/** Columns of a row before the title of what waits. */
const beforeTitle = 29;

function rowOf(
  need: Need,
  shape: { at: number; place: number; now: number; isOfMany: boolean; width: number; titles: number },
): Line {
  const { at, place, now, isOfMany, width, titles } = shape;
  const isCursor = at === place;
  const [time, look] = timeOf(need, now);
  const who = isOfMany && need.construct === null ? `${whoOf(need)} ${need.run.slice(-4)}` : whoOf(need);
  const row = line(
    markOf({ place: at, isCursor }),
    " ".repeat(Math.max(0, 7 - time.length)),
    [need.deadline === null ? time : `${time} left`, look],
    need.deadline === null ? "      " : " ",
    pad(who, 12),
    " ",
    [pad(`${needGlyph[need.reason]} ${need.title}`, titles), need.severity === "low" ? "warning" : "alarm"],
    ` ${clip(oneLine(need.text, 300), Math.max(4, width - titles - beforeTitle - 2))}`,
  );
  return { ...row, target: need.id, ...(isCursor ? { fill: "cursor" as const } : {}) };
}

/** Side by side where there is room for both, else one above the other. */
function partsOf({ columns, rows }: Size, count: number): Record<"list" | "detail", Omit<Placed, "lines">> {
  if (columns >= 160) {
    const width = Math.min(110, Math.floor(columns / 2));
    return {
      list: { x: 0, y: 0, width, height: rows },
      detail: { x: width, y: 0, width: columns - width, height: rows },
    };
  }
  const height = Math.min(count + 1, Math.max(3, Math.floor(rows / 3)));
  return {
    list: { x: 0, y: 0, width: columns, height },
    detail: { x: 0, y: height, width: columns, height: rows - height },
  };
}

/** Rows of the box that are no details: borders, head, answers, and a blank one at either side. */
const around = 7;

function detailBox(need: Need, at: Seen<InboxState>, place: Omit<Placed, "lines">): Placed {
  const { detail, rows, top, seen } = readingOf(need, at);
  const below = detail.lines.length - top - rows;
  const shown = detail.lines.slice(top, top + rows);
  const lines = [
    ...needHead(need, at.model.now, place.width - 4),
    blank,
    ...shown,
    blank,
    answerLine(answersTo(need), seen >= detail.toSee, need.construct !== null),
  ];
  const indented = lines.map((one): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] }));
  const note = below > 0 ? `${below} more below: PgDn` : "";
  return boxed(indented, place, { note, border: need.deadline === null ? "border" : "border_act" });
}

/** The details of a need, how many rows there are for them, from which on they are shown, and how far they were seen. */
function readingOf(
  need: Need,
  { model, state, size }: Seen<InboxState>,
): { detail: Detail; columns: number; rows: number; top: number; seen: number } {
  const place = partsOf(size, needsOf(model).length).detail;
  const columns = place.width - 4;
  const rows = Math.max(1, place.height - around);
  const detail = state.detailing(need, model, columns);
  const own = state.reading?.need === need.id && state.reading.columns === columns ? state.reading : null;
  const top = Math.max(0, Math.min(detail.lines.length - rows, own?.top ?? 0));
  return { detail, columns, rows, top, seen: Math.max(own?.seen ?? 0, top + rows) };
}

function scrolling(id: string, title: string, key: string, by: 1 | -1): Action<InboxState> {
  const needOf = (seen: Seen<InboxState>): Need | undefined =>
    needsOf(seen.model).find((one) => one.id === cursorIn(idsOf(seen), seen.state.listing));
  return {
    id,
    title,
    keys: [key],
    isPlain: true,
    can: (seen) => needOf(seen) !== undefined,
    run(at) {
      const need = needOf(at);
      if (need === undefined) return at.state;
      const { columns, rows, top, seen } = readingOf(need, at);
      const to = Math.max(0, top + by * rows);
      return {
        ...at.state,
        reading: { need: need.id, columns, top: to, seen: to <= seen ? Math.max(seen, to + rows) : seen },
      };
    },
  };
}
