import { count } from "../../../base/units.ts";
import { constructOf } from "../../../protocol/chain.ts";
import { eventsOf } from "../model/feeds.ts";
import { heardBy } from "../construct/record.ts";
import { constructPageActions } from "../construct/page-actions.ts";
import {
  aboutConstruct,
  askOlder,
  neighbourOf,
  paneIn,
  reading,
  rowOf,
  type ConstructState,
} from "../construct/construct-state.ts";
import { headerLines, isDecidableIn } from "../construct/header.ts";
import { filling, line, type Line } from "../draw/block.ts";
import { pointed, rolled } from "../draw/reading.ts";
import { toldOf } from "../draw/search.ts";
import { shownOf } from "../draw/scroll.ts";
import { contentOf, drawTranscript, newReading } from "../draw/entries.ts";
import { fleetRows } from "../fleet/row.ts";
import type { Page, Seen } from "../page.ts";
import { clip, widthOf } from "../../words/width.ts";

/** One construct: what is known of it, and all that it said and did. */
export const constructPage: Page<ConstructState> = {
  name: "construct",
  title: "Construct",
  begin({ construct }, model, before) {
    const rows = fleetRows(model);
    const known = before?.record?.construct;
    const isKept = construct === undefined ? rows.some((row) => row.construct.id === known) : construct === known;
    if (before !== undefined && isKept) return before;
    const id = construct ?? (rows.find(({ need }) => need !== undefined) ?? rows[0])?.construct.id;
    return id === undefined ? { record: null, reading: newReading() } : aboutConstruct(model, id);
  },
  entered: (at) => void askOlder(at),
  draw(seen) {
    const { model, size, state } = seen;
    const row = rowOf(seen);
    if (row === undefined || state.record === null) return filling(emptyLines(seen), size.columns, size.rows);
    const pane = paneIn(seen);
    const header = headerLines(row, model, size).slice(0, size.rows - pane.height - 1);
    const lines = drawTranscript(state.record.entries, state.reading, pane);
    return filling([...header, ruleLine(seen), ...lines], size.columns, size.rows);
  },
  focus(seen) {
    const row = rowOf(seen);
    if (row === undefined) return { construct: seen.state.record?.construct };
    const isSeen = isDecidableIn(row, seen.model, seen.size);
    const isForGoodSeen = isDecidableIn(row, seen.model, seen.size, true);
    return { construct: row.construct.id, run: row.view.run, isSeen, isForGoodSeen };
  },
  actions: constructPageActions,
  heard(event, { state, model }) {
    if (state.record === null || constructOf(event) !== state.record.construct) return state;
    // After a new attach there may be some between: the feed has been filled up.
    const { construct, to } = state.record;
    const news = eventsOf(model.feeds, event.run, construct).filter(({ seq }) => seq > to);
    const canForget = state.reading.scroll.follows;
    const record = news.reduce((known, one) => heardBy(known, one, canForget), state.record);
    return record === state.record ? state : { ...state, record };
  },
  clicked: (target, at) => (/^\d+$/.test(target) ? pointed(reading, target, at) : undefined),
  wheeled: (rows, seen) => rolled(reading, rows, seen),
};

/** Between header and transcript: what is looked for, whether the end is followed, and how far it is away. */
function ruleLine(seen: Seen<ConstructState>): Line {
  const { state, size } = seen;
  const { record } = state;
  if (record === null) return line();
  const { entries, isWhole, isAsking } = record;
  const { scroll, search, isTyped } = state.reading;
  const pane = paneIn(seen);
  const shown = shownOf(contentOf(entries, state.reading, pane), scroll, pane.height);
  const older = isAsking
    ? "loading older ones"
    : isWhole || shown.isCutAbove || search !== ""
      ? ""
      : "↑ older ones are on record";
  const looked = search === "" ? "" : `/${search}  ${toldOf(reading, seen, isTyped ? null : "M").text}`;
  const left = [looked, older].filter((text) => text !== "").join(" · ");
  const last = shown.rows.at(-1)?.place ?? entries.length - 1;
  const behind = entries.length - 1 - last;
  const isOver = rowOf(seen)?.construct.outcome !== null;
  const end = scroll.follows
    ? isOver
      ? " ■ its end "
      : " ▼ follows "
    : behind === 0 && !shown.isCutBelow
      ? ` ▼ at the end${isTyped ? "" : " · f follows"} `
      : ` ↓ ${count(Math.max(1, behind), "newer entry", "newer entries")}${isTyped || widthOf(left) >= size.columns / 2 ? "" : " · End follows"} `;
  const name = left === "" ? "" : ` ${clip(left, Math.max(0, size.columns - widthOf(end) - 5))} `;
  const bar = Math.max(0, size.columns - widthOf(name) - widthOf(end) - 2);
  return line(
    ["─", "border"],
    [name, search === "" ? "faint" : "match"],
    ["─".repeat(bar), "border"],
    [end, !scroll.follows ? "warning" : isOver ? "faint" : "good"],
    ["─", "border"],
  );
}

function emptyLines(seen: Seen<ConstructState>): Line[] {
  const id = seen.state.record?.construct;
  if (id === undefined)
    return [line(""), line(["  No construct yet.", "strong"], ["  e sets a goal, n starts a construct.", "faint"])];
  const has = neighbourOf(seen, 1) !== undefined;
  return [
    line(""),
    line([`  ${id} is of a run that is not open here.`, "strong"]),
    line([has ? "  [ and ] show the others, Esc goes back." : "  Esc goes back.", "faint"]),
  ];
}
