import { inert } from "../../../base/text.ts";
import { wrap } from "../../words/width.ts";

/** The first lines of a text in so many columns, and how many lines of the text are left out. */
export interface Cut {
  lines: string[];
  rest: number;
}

/** Breaks no more of a text than is shown. */
export function headOf(text: string, columns: number, most: number): Cut {
  const all = inert(text).replace(/\s+$/, "").replaceAll("\t", "  ").split("\n");
  const lines: string[] = [];
  for (const [index, one] of all.entries()) {
    const room = most - lines.length;
    if (room <= 0) return { lines, rest: all.length - index };
    // Of a line that takes more than there is room for, the rest need not be broken.
    const pieces = wrap(one.slice(0, columns * (room + 1)), columns);
    lines.push(...pieces.slice(0, room));
    if (pieces.length > room) return { lines, rest: all.length - index };
  }
  return { lines, rest: 0 };
}
