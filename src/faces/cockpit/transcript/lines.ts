import { inert, oneLine } from "../../../base/text.ts";
import { clip, wrap } from "../../words/width.ts";

/** The first rows of a text in so many columns. No more of it is broken than is shown. */
export function headLines(text: string, columns: number, most: number): string[] {
  // In a single row, what comes after a line feed is of use as well.
  if (most === 1) return [clip(oneLine(text.slice(0, columns * 8), columns * 8), columns)];
  const rows: string[] = [];
  const shown = inert(text.slice(0, columns * (most + 1) * 4)).replaceAll("\t", "  ");
  for (const one of shown.trim().split("\n")) {
    if (rows.length >= most) break;
    rows.push(...wrap(one, columns));
  }
  if (rows.length <= most && shown.length === text.length) return rows;
  const last = rows[most - 1];
  return last === undefined ? rows : [...rows.slice(0, most - 1), `${last.slice(0, Math.max(0, columns - 1))}…`];
}
