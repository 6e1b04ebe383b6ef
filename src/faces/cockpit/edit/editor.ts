import { inert } from "../../../base/text.ts";
import { graphemesOf } from "../../words/graphemes.ts";
import { widthOf } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";
import type { Input } from "../screen/input.ts";

/** A text that is being written: its lines, and the cursor between two graphemes of one. */
export interface Editing {
  lines: readonly string[];
  row: number;
  /** In UTF-16 units of its line, always between graphemes. */
  at: number;
}

export const editing = (text = ""): Editing => {
  const lines = text.split("\n");
  return { lines, row: lines.length - 1, at: lines.at(-1)?.length ?? 0 };
};

export const textOf = ({ lines }: Editing): string => lines.join("\n");

/** The text after an input; undefined when the input is none that edits. */
export function edited(editing: Editing, input: Input): Editing | undefined {
  if (input.type === "paste") return insert(editing, inert(input.text));
  if (input.type !== "key") return undefined;
  if (input.text !== "") return insert(editing, inert(input.text));
  return keys[input.key]?.(editing);
}

/** The text in so many columns and rows, wrapped, with the part that holds the cursor in view. */
export function drawEditing(
  { lines, row, at }: Editing,
  { width, height }: { width: number; height: number },
): { lines: Line[]; cursor: { x: number; y: number } } {
  const rows: string[] = [];
  let cursor = { x: 0, y: 0 };
  for (const [index, text] of lines.entries()) {
    const pieces = chop(text, width);
    if (index === row) cursor = { ...placeOf(pieces, at), y: placeOf(pieces, at).y + rows.length };
    rows.push(...pieces);
  }
  const top = Math.min(Math.max(0, cursor.y - height + 1), Math.max(0, rows.length - height));
  return { lines: rows.slice(top, top + height).map((text) => line(text)), cursor: { x: cursor.x, y: cursor.y - top } };
}

/** A row up or down as it is shown in so many columns, in the same column; undefined in the first or last one. */
export function rowMoved(editing: Editing, width: number, by: 1 | -1): Editing | undefined {
  const { lines, row, at } = editing;
  const pieces = chop(lines[row] ?? "", width);
  const { x, y } = placeOf(pieces, at);
  if (pieces[y + by] !== undefined) return { lines, row, at: offsetOf(pieces, y + by, x) };
  const next = lines[row + by];
  if (next === undefined) return undefined;
  const others = chop(next, width);
  return { lines, row: row + by, at: offsetOf(others, by === 1 ? 0 : others.length - 1, x) };
}

function insert({ lines, row, at }: Editing, text: string): Editing {
  const here = lines[row] ?? "";
  const added = `${here.slice(0, at)}${text.replaceAll("\t", "  ")}`.split("\n");
  const last = added.at(-1) ?? "";
  const next = [...added.slice(0, -1), last + here.slice(at)];
  return { lines: lines.toSpliced(row, 1, ...next), row: row + added.length - 1, at: last.length };
}

type Change = (editing: Editing) => Editing;

const left: Change = ({ lines, row, at }) => {
  if (at > 0) return { lines, row, at: before(lines[row] ?? "", at) };
  return row > 0 ? { lines, row: row - 1, at: (lines[row - 1] ?? "").length } : { lines, row, at };
};
const right: Change = ({ lines, row, at }) => {
  const text = lines[row] ?? "";
  if (at < text.length) return { lines, row, at: after(text, at) };
  return row < lines.length - 1 ? { lines, row: row + 1, at: 0 } : { lines, row, at };
};
const backspace: Change = (editing) => {
  const { lines, row, at } = left(editing);
  if (row === editing.row && at === editing.at) return editing;
  return cut({ lines, row, at }, editing);
};
const remove: Change = (editing) => cut(editing, right(editing));
const lineStart: Change = (editing) => ({ ...editing, at: 0 });
const lineEnd: Change = (editing) => ({ ...editing, at: (editing.lines[editing.row] ?? "").length });
const wordLeft: Change = ({ lines, row, at }) => ({
  lines,
  row,
  at: /\S+\s*$/.exec((lines[row] ?? "").slice(0, at))?.index ?? 0,
});
const wordRight: Change = ({ lines, row, at }) => {
  const rest = /^\s*\S+/.exec((lines[row] ?? "").slice(at))?.[0].length ?? 0;
  return { lines, row, at: at + rest };
};
const vertical =
  (by: number): Change =>
  ({ lines, row, at }) => {
    const to = Math.min(lines.length - 1, Math.max(0, row + by));
    return to === row ? { lines, row, at } : { lines, row: to, at: snap(lines[to] ?? "", at) };
  };

const keys: Record<string, Change> = {
  left,
  right,
  up: vertical(-1),
  down: vertical(1),
  home: lineStart,
  end: lineEnd,
  "ctrl+a": lineStart,
  "ctrl+e": lineEnd,
  "ctrl+left": wordLeft,
  "alt+left": wordLeft,
  "ctrl+right": wordRight,
  "alt+right": wordRight,
  backspace,
  delete: remove,
  "ctrl+h": backspace,
  "ctrl+d": remove,
  "ctrl+w": (editing) => cut(wordLeft(editing), editing),
  "alt+backspace": (editing) => cut(wordLeft(editing), editing),
  "ctrl+u": (editing) => cut(lineStart(editing), editing),
  "ctrl+k": (editing) => cut(editing, lineEnd(editing)),
  "shift+enter": (editing) => insert(editing, "\n"),
  "alt+enter": (editing) => insert(editing, "\n"),
  "ctrl+j": (editing) => insert(editing, "\n"),
};

/** The text without what is between two places, the first of which is not behind the second. */
function cut(from: Editing, to: Editing): Editing {
  const head = (from.lines[from.row] ?? "").slice(0, from.at);
  const tail = (to.lines[to.row] ?? "").slice(to.at);
  const lines = to.lines.toSpliced(from.row, to.row - from.row + 1, head + tail);
  return { lines, row: from.row, at: head.length };
}

/** The end of the grapheme before a place. */
function before(text: string, at: number): number {
  let start = 0;
  for (const { index } of graphemesOf(text)) if (index < at) start = index;
  return start;
}

function after(text: string, at: number): number {
  for (const { index, segment } of graphemesOf(text)) if (index + segment.length > at) return index + segment.length;
  return text.length;
}

function snap(text: string, at: number): number {
  let place = 0;
  for (const { index } of graphemesOf(text)) if (index <= at) place = index;
  return at >= text.length ? text.length : place;
}

/** A line in pieces of at most so many columns; never none. */
function chop(text: string, width: number): string[] {
  const pieces = [""];
  let used = 0;
  for (const { segment } of graphemesOf(text)) {
    const own = widthOf(segment);
    if (used + own > width && pieces.at(-1) !== "") {
      pieces.push("");
      used = 0;
    }
    pieces[pieces.length - 1] += segment;
    used += own;
  }
  // The cursor behind a full piece stands at the beginning of the next row.
  if (used >= width) pieces.push("");
  return pieces;
}

function placeOf(pieces: readonly string[], at: number): { x: number; y: number } {
  let rest = at;
  for (const [y, piece] of pieces.entries()) {
    const isLast = y === pieces.length - 1;
    if (rest < piece.length || isLast || (rest === piece.length && pieces[y + 1] === undefined))
      return { x: widthOf(piece.slice(0, rest)), y };
    rest -= piece.length;
  }
  return { x: 0, y: 0 };
}

/** The place in a chopped line that is nearest to a column of one of its pieces. */
function offsetOf(pieces: readonly string[], y: number, x: number): number {
  let at = pieces.slice(0, y).reduce((sum, piece) => sum + piece.length, 0);
  let used = 0;
  const piece = pieces[y] ?? "";
  for (const { segment } of graphemesOf(piece)) {
    used += widthOf(segment);
    if (used > x) return at;
    at += segment.length;
  }
  // Behind a full piece the next one begins: the cursor stays in this one.
  return pieces[y + 1] === undefined ? at : before(piece, piece.length) + at - piece.length;
}
