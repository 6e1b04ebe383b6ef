import { count } from "../../../base/units.ts";
import { oneLine } from "../../../base/text.ts";
import { newShelf, type Arranged } from "../fleet/arrange.ts";
import { fleetActions } from "../fleet/fleet-actions.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import type { RunView } from "../../../protocol/view.ts";
import { arrangedOf, hasPanes, idsOf, type FleetState } from "../fleet/fleet-state.ts";
import { orderWord } from "../fleet/order.ts";
import { isDecidable, paneOf, rowsWanted } from "../fleet/pane.ts";
import { drawPanes, shareOf, spotsOf } from "../fleet/panes.ts";
import type { FleetRow } from "../fleet/row.ts";
import { tableLines, tableRows } from "../fleet/table.ts";
import { filling, line, moved, type Drawing, type Line } from "../draw/block.ts";
import { listActions, movedTo, newListing, placeIn, type Listing } from "../draw/listing.ts";
import { lookedInto } from "../model/deck-model.ts";
import type { Page, Seen } from "../page.ts";
import type { Size } from "../screen/size.ts";
import { clip, widthOf } from "../../words/width.ts";

/** The box below the table shows the construct at the cursor; with less room than this, one row names its task. */
const leastPeek = 6;

/** All constructs of the open runs at a glance. */
export const fleetPage: Page<FleetState> = {
  name: "fleet",
  title: "Fleet",
  begin: ({ construct }, _model, before) => {
    const order = { sort: "need", isReversed: false } as const;
    const own = before ?? { order, filter: "", isGrouped: false, shape: "auto", shelf: newShelf(), ...untouched };
    return construct === undefined ? own : { ...own, ...at({ cursor: construct, place: 0 }) };
  },
  draw(seen) {
    const { model, state, size } = seen;
    const arranged = arrangedOf(seen);
    const alone = lookedInto(model);
    if (arranged.rows.length === 0) return filling(emptyLines(arranged, state, alone), size.columns, size.rows);
    const place = placeIn(arranged.ids, state.listing);
    const note = noteOf(arranged, state, alone);
    if (hasPanes(seen)) {
      const room = { columns: size.columns, rows: size.rows - 1 };
      const { parts } = moved(drawPanes(model, { rows: arranged.rows, kept: state.shelf.lines }, place, room), 0, 1);
      return {
        parts: [
          ...parts,
          { x: 0, y: 0, width: size.columns, height: 1, lines: [noteLine(arranged, note, size.columns)] },
        ],
      };
    }
    return drawTable(seen, arranged, place, note);
  },
  focus(seen) {
    const arranged = arrangedOf(seen);
    const place = placeIn(arranged.ids, seen.state.listing);
    const row = arranged.rows[place];
    if (row === undefined) return {};
    const box = row.need === undefined ? null : boxOf(seen, arranged, place);
    const isSeen = box !== null && isDecidable(row, box);
    const isForGoodSeen = box !== null && isDecidable(row, box, true);
    return { construct: row.construct.id, run: row.view.run, isSeen, isForGoodSeen };
  },
  actions: [
    ...fleetActions,
    ...listActions<FleetState>("fleet", {
      ids: idsOf,
      get: (state) => state.listing,
      set: (state, listing) => ({ ...state, ...at(listing) }),
    }),
  ],
  clicked: (target, { state, focus, hands }) => {
    if (focus.construct === target) return hands.show("construct", focus);
    return { ...state, ...at({ cursor: target, place: 0 }) };
  },
  wheeled: (rows, seen) => {
    const ids = idsOf(seen);
    const step = hasPanes(seen) ? shareOf(ids.length, seen.size).beside * Math.sign(rows) : rows;
    return { ...seen.state, ...at(movedTo(ids, placeIn(ids, seen.state.listing) + step)) };
  },
  heard(event, seen) {
    const { state } = seen;
    if (!state.isUnmoved || !movesCursor(event, state.listing.cursor)) return state;
    return { ...state, listing: movedTo(idsOf(seen), 0) };
  },
};

const untouched = { listing: newListing, isUnmoved: true };
/** Where the netrunner has put the cursor it stays, so that no key ever hits another construct than was meant. */
const at = (listing: Listing): Pick<FleetState, "listing" | "isUnmoved"> => ({ listing, isUnmoved: false });

/** Whether an event takes a cursor along that nobody has moved. */
function movesCursor(event: DeckEvent, cursor: string | null): boolean {
  if (cursor === null || event.type === "hold.opened" || event.type === "attention.raised") return true;
  return event.type === "construct.ended" && event.body.construct === cursor;
}

/** The size of the box that shows the construct at the cursor; null: there is none. */
function boxOf(seen: Seen<FleetState>, arranged: Arranged, place: number): Size | null {
  const { columns, rows } = seen.size;
  if (!hasPanes(seen)) {
    const peek = peekRows(arranged, place, seen.size);
    return peek === 0 ? null : { columns, rows: peek };
  }
  const spot = spotsOf(arranged.rows.length, place, { columns, rows: rows - 1 }).find(({ index }) => index === place);
  return spot === undefined ? null : { columns: spot.width, rows: spot.height };
}

/** The rows that are left for the box below the table; what waits for an answer may have half of the page. */
function peekRows(arranged: Arranged, place: number, { columns, rows }: Size): number {
  const row = arranged.rows[place];
  const wanted = row === undefined ? 0 : rowsWanted(row, columns, Math.floor(rows / 2));
  const peek = Math.max(rows - tableRows(arranged), wanted);
  return peek >= leastPeek ? peek : 0;
}

function drawTable({ model, state, size }: Seen<FleetState>, arranged: Arranged, place: number, note: string): Drawing {
  const { columns, rows } = size;
  const peek = peekRows(arranged, place, size);
  const height = rows - Math.max(1, peek);
  const lines = tableLines(arranged, { place, note, now: model.now, columns, height });
  const table = { x: 0, y: 0, width: columns, height, lines };
  const row = arranged.rows[place];
  if (row === undefined) return { parts: [table] };
  const at = { x: 0, y: height, width: columns, height: rows - height };
  const spot = { ...at, number: place + 1, isCursor: true };
  if (peek > 0) return { parts: [table, paneOf(row, model, state.shelf.lines, spot)] };
  return { parts: [table, { ...at, lines: [taskLine(row, columns)] }] };
}

const taskLine = ({ construct }: FleetRow, columns: number): Line =>
  line([` ${construct.id}  `, "key"], clip(oneLine(construct.task, 2 * columns), columns - 15));

/** What is shown, and in which order. */
function noteOf({ rows, all }: Arranged, { order, filter, isGrouped }: FleetState, alone?: RunView): string {
  const shown = filter === "" ? [] : [`/${oneLine(filter, 24)}  ${rows.length} of ${all}`];
  const which = alone === undefined ? [] : [`run ${alone.run.slice(-4)} alone`];
  return [...which, ...shown, ...(isGrouped ? ["by run"] : []), orderWord(order)].join(" · ");
}

function noteLine({ rows }: Arranged, note: string, columns: number): Line {
  const shown = `   ${count(rows.length, "construct")}`;
  return line([shown, "faint"], " ".repeat(Math.max(0, columns - widthOf(shown) - widthOf(note) - 1)), [note, "key"]);
}

function emptyLines({ all }: Arranged, { filter }: FleetState, alone?: RunView): Line[] {
  if (all > 0)
    return [
      line(""),
      line([`  None of ${count(all, "construct")} is like this: `, "faint"], [filter, "strong"]),
      line(["  / changes the filter, Esc takes it away.", "faint"]),
    ];
  if (alone !== undefined)
    return [
      line(""),
      line([`  ${alone.run} had no construct.`, "strong"]),
      line(["  It is over: h goes back to the open runs, r opens it again.", "faint"]),
    ];
  return [
    line(""),
    line(["  No construct yet.", "strong"]),
    line(""),
    line(["  e  ", "key"], "sets a goal: a daemon splits it, constructs work on its parts at once"),
    line(["  n  ", "key"], "starts one construct with a task of yours"),
    line(["  ?  ", "key"], "shows all keys"),
    line(""),
    line(["  What needs you is counted at the top right; g goes there, x allows, v denies.", "faint"]),
    line(["  Earlier runs are on the page Runs: read them, replay them, go on with them.", "faint"]),
  ];
}
