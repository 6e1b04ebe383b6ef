import { clip, pad } from "../../words/width.ts";
import { line, type Line, type Span } from "./block.ts";
import { firstShown } from "./listing.ts";
import { markColumns, markOf } from "./mark.ts";
import type { Look } from "./look.ts";
import { tame } from "./tame.ts";

/** A column of a list. */
export interface TableColumn<R> {
  title: string;
  /** Columns of the screen; 0: what the others leave. */
  width: number;
  side?: "left" | "right";
  cell: (row: R) => string | readonly [text: string, look: Look];
}

export interface TablePlace {
  /** Of the cursor among the rows; -1: there is none. */
  place: number;
  width: number;
  /** Rows of the screen, the titles included. */
  height: number;
}

/** A list with its titles; only the rows in view are made. `target` of a line: what `idOf` says of its row. */
export function tableOf<R>(
  columns: readonly TableColumn<R>[],
  rows: readonly R[],
  idOf: (row: R) => string,
  { place, width, height }: TablePlace,
): Line[] {
  const fixed = columns.reduce((sum, column) => sum + column.width + 1, markColumns);
  const widths = columns.map((column) => (column.width === 0 ? Math.max(4, width - fixed) : column.width));
  const cell = (column: TableColumn<R>, index: number, text: string, look: Look): Span => {
    const own = widths[index] ?? 0;
    // Of a text without end, what lies far behind the edge need not be looked at.
    return { text: `${pad(tame(text.slice(0, own * 8)), own, column.side ?? "left")} `, look };
  };
  const head = columns.map((column, index) => cell(column, index, column.title, "faint"));
  const room = Math.max(0, height - 1);
  const first = firstShown(rows.length, place, room);
  const shown = rows.slice(first, first + room).map((row, offset): Line => {
    const at = first + offset;
    const isCursor = at === place;
    const cells = columns.map((column, index) => {
      const made = column.cell(row);
      return typeof made === "string" ? cell(column, index, made, "plain") : cell(column, index, ...made);
    });
    return {
      spans: [markOf({ place: at, isCursor }), ...cells],
      target: idOf(row),
      ...(isCursor ? { fill: "cursor" as const } : {}),
    };
  });
  return [{ spans: [{ text: " ".repeat(markColumns) }, ...head] }, ...shown];
}

/** A line of plain words at the right end of the titles: how much is shown, in which order. */
export function withNote([head, ...rest]: readonly Line[], note: string, width: number): Line[] {
  if (head === undefined || note === "") return [...(head === undefined ? [] : [head]), ...rest];
  const text = clip(tame(note), Math.max(0, width - 2));
  const left = head.spans.map((span) => span.text).join("");
  const room = Math.max(0, width - text.length - 2);
  return [line([pad(wholeTitles(left, room), room), "faint"], [` ${text}`, "key"]), ...rest];
}

/** Titles, as many as there is room for: half a one says nothing. */
export function wholeTitles(titles: string, room: number): string {
  const text = titles.trimEnd();
  return text.length <= room
    ? text
    : text
        .slice(0, room + 1)
        .replace(/\S*$/, "")
        .trimEnd();
}
