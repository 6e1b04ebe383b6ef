import { isSteady } from "../../words/width.ts";
import { leftToRightMark, type Grid } from "./grid.ts";
import type { Theme } from "./theme.ts";

/**
 * What to send to a terminal that shows `before` so that it shows `after`; without `before`, everything. Characters over whose width
 * terminals differ are each followed by a move to where the next one belongs, so that nothing beside them is ever displaced.
 */
export function changesOf(before: Grid | undefined, after: Grid, theme: Theme): string {
  const { columns, rows } = after;
  const base = before?.columns === columns && before.rows === rows ? before : undefined;
  let out = base === undefined ? "\u001b[0m\u001b[2J" : "";
  let look = -1;
  for (let row = 0; row < rows; row += 1) {
    // Where the terminal's cursor is in this row; -1: elsewhere, or not known for sure.
    let at = -1;
    // Up to here, what is the same is sent again as well: a character before it may have been wider than we think.
    let doubtful = 0;
    for (let column = 0; column < columns; column += 1) {
      const cell = row * columns + column;
      const text = after.text[cell] ?? " ";
      if (text === "" || (base !== undefined && column >= doubtful && isSame(base, after, cell, columns - column)))
        continue;
      if (at !== column) out += at === -1 ? `\u001b[${row + 1};${column + 1}H` : `\u001b[${column + 1}G`;
      const own = after.look[cell] ?? 0;
      if (own !== look) {
        const codes = theme.codes(own);
        out += codes === "" ? "\u001b[0m" : `\u001b[0;${codes}m`;
        look = own;
      }
      const width = widthAt(after, cell, columns - column);
      if (width === steadyWidth(text)) {
        out += text;
        at = column + width;
        continue;
      }
      if (width > 1) out += `${" ".repeat(width)}\u001b[${column + 1}G`;
      // In the last column, a mark that a terminal gives a column to would take the place of its letter.
      out += column + width === columns ? text.replace(leftToRightMark, "") : text;
      at = -2;
      doubtful = column + width + mostBeyond;
    }
  }
  const cursor = after.cursor;
  const place = cursor === undefined ? "\u001b[?25l" : `\u001b[${cursor.y + 1};${cursor.x + 1}H\u001b[?25h`;
  const isMoved = cursor?.x !== before?.cursor?.x || cursor?.y !== before?.cursor?.y;
  if (out === "" && !isMoved) return "";
  // Synchronised update: terminals that know it show the frame as a whole.
  return `\u001b[?2026h\u001b[?25l${out}${look === -1 ? "" : "\u001b[0m"}${place}\u001b[?2026l`;
}

/** The most columns that a terminal gives a grapheme beyond those that it is counted for. */
const mostBeyond = 2;

/** A grapheme is the same if all of its cells are. */
function isSame(before: Grid, after: Grid, cell: number, room: number): boolean {
  const width = widthAt(after, cell, room);
  for (let one = cell; one < cell + width; one += 1)
    if (before.text[one] !== after.text[one] || before.look[one] !== after.look[one]) return false;
  // One that was wider before has left something behind it.
  return width === room || before.text[cell + width] !== "" || after.text[cell + width] === "";
}

function widthAt(grid: Grid, cell: number, room: number): number {
  let width = 1;
  while (width < room && grid.text[cell + width] === "") width += 1;
  return width;
}

/** The columns that every terminal gives it; 0 if they differ, or may. */
function steadyWidth(text: string): 0 | 1 | 2 {
  if (text.length !== 1) return 0;
  if (isSteady(text)) return 1;
  return wide.test(text) ? 2 : 0;
}

/** Han, kana, whole Hangul syllables and the punctuation that goes with them. */
const wide = /[\u3001-\u3020\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4db5\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]/;
