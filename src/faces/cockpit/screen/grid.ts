import { graphemesOf } from "../../words/graphemes.ts";
import { steadyLength, widthOf } from "../../words/width.ts";
import type { Drawing, Placed } from "../draw/block.ts";
import { ownLooks, type Look } from "../draw/look.ts";
import { tame } from "../draw/tame.ts";
import type { Size } from "./size.ts";

/**
 * A picture in cells. `text` has one entry a cell: a grapheme, or "" where the grapheme before it goes on. `look` has the look of
 * the text in its lower byte and that of its line in the upper one, as indices into `looks`.
 */
export interface Grid extends Size {
  text: string[];
  look: Uint16Array;
  cursor: { x: number; y: number } | undefined;
}

/** Every look, by the number that stands for it in a grid. */
export const looks: readonly Look[] = [
  "plain",
  "faint",
  "strong",
  "good",
  "bad",
  "warning",
  "busy",
  "alarm",
  ...ownLooks,
];
const numbers = new Map(looks.map((look, number) => [look, number]));

/** The picture of a drawing. This is the one way to the screen, so what comes through here is inert and stays in its place. */
export function gridOf({ parts, cursor }: Drawing, { columns, rows }: Size): Grid {
  const grid: Grid = {
    columns,
    rows,
    // Some thirty times as fast as filling a list one by one.
    text: " ".repeat(columns * rows).split(""),
    look: new Uint16Array(columns * rows),
    cursor: cursor !== undefined && cursor.x < columns && cursor.y < rows ? cursor : undefined,
  };
  for (const part of parts) place(grid, part);
  return grid;
}

/** The lines of a grid as plain text, without blanks at their ends. */
export const rowsOf = ({ columns, rows, text }: Grid): string[] =>
  Array.from({ length: rows }, (_, y) =>
    text
      .slice(y * columns, (y + 1) * columns)
      .join("")
      .trimEnd(),
  );

function place(grid: Grid, { x, y, width, height, lines }: Placed): void {
  const left = Math.max(0, x);
  const right = Math.min(grid.columns, x + width);
  for (let row = Math.max(0, -y); row < height && y + row < grid.rows; row += 1) {
    const line = lines[row];
    const under = (numbers.get(line?.fill ?? "plain") ?? 0) << 8;
    const edge = { left, right, isCut: false };
    let at = x;
    for (const span of line?.spans ?? []) {
      if (edge.isCut) break;
      const own = numbers.get(span.look ?? "plain") ?? 0;
      at = write(grid, y + row, at, edge, tame(span.text), span.isBare === true ? own : under | own);
    }
    if (edge.isCut && right - left > 1)
      put(grid, y + row, right - 1, "…", grid.look[(y + row) * grid.columns + right - 1] ?? under);
    for (let cell = Math.max(left, at); cell < right; cell += 1) put(grid, y + row, cell, " ", under);
  }
}

/** What a line is cut at. */
interface Edge {
  left: number;
  right: number;
  /** Something that can be seen had no room. */
  isCut: boolean;
}

/** Writes a text from a column on, as far as there is room; the column behind it. */
function write(grid: Grid, row: number, start: number, edge: Edge, text: string, look: number): number {
  const { left, right } = edge;
  const steady = steadyLength(text);
  let at = start;
  let index = 0;
  for (; index < steady && at < right; index += 1, at += 1)
    if (at >= left) put(grid, row, at, text.charAt(index), look);
  if (index < steady) {
    edge.isCut ||= isSeenIn(text.slice(index, index + farthest));
    return at;
  }
  // Most texts are told by now; to begin with characters costs more than all of it.
  if (steady === text.length) return at;
  let last = -1;
  for (const { segment } of graphemesOf(text.slice(steady))) {
    const width = widthOf(segment);
    if (at >= right) {
      edge.isCut ||= width > 0 && isSeenIn(segment);
      if (edge.isCut || at > right + farthest) break;
      at += width;
      continue;
    }
    // A mark without a letter to stand on, and what has no room at the edge.
    if (width === 0) continue;
    if (at < left || at + width > right) {
      edge.isCut ||= at + width > right;
      for (let cell = Math.max(left, at); cell < Math.min(right, at + width); cell += 1)
        put(grid, row, cell, " ", look);
      at += width;
      continue;
    }
    put(grid, row, at, unsure.test(segment) ? standIn : segment, look);
    last = row * grid.columns + at;
    for (let rest = 1; rest < width; rest += 1) put(grid, row, at + rest, "", look);
    at += width;
  }
  if (last >= 0 && rightToLeft.test(text)) grid.text[last] += leftToRightMark;
  return at;
}

/** How far behind the edge it is looked whether a line goes on, characters. */
const farthest = 400;
const isSeenIn = (text: string): boolean => /\S/.test(text);

/**
 * What begins with these counts a column, but has none in some terminals, or none that is seen: there it would hang on the character
 * before it, and what was in its place would stay. Marks without a letter, halves of Hangul syllables, fillers, the unassigned.
 */
const unsure =
  /^(?:[\p{M}\p{Default_Ignorable_Code_Point}\u06de\u1160-\u11ff\ud7b0-\ud7ff]|(?!\p{Extended_Pictographic})\p{Cn})/u;
const standIn = "\ufffd";

/**
 * Letters that are written from right to left. Terminals that turn them around would take what follows along, a border and the text
 * behind it; the mark, which has no width, ends what is turned.
 */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
export const leftToRightMark = "\u200e";

function put(grid: Grid, row: number, column: number, text: string, look: number): void {
  const cell = row * grid.columns + column;
  // What a wide character loses a part to is gone as a whole.
  if (text !== "") heal(grid, row, column);
  grid.text[cell] = text;
  grid.look[cell] = look;
}

function heal(grid: Grid, row: number, column: number): void {
  const first = row * grid.columns;
  const cell = first + column;
  if (grid.text[cell] === "") {
    let head = cell - 1;
    while (head > first && grid.text[head] === "") head -= 1;
    for (let one = head; one < cell; one += 1) grid.text[one] = " ";
  }
  for (let one = cell + 1; one < first + grid.columns && grid.text[one] === ""; one += 1) grid.text[one] = " ";
}
