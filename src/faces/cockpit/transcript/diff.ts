import { inert } from "../../../base/text.ts";
import { wrap } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";

/** What a call changes in a file: a unified diff, or all that the file is to consist of. */
export type Change = { kind: "diff" | "text"; text: string };

/** The first rows of a change, and how many of its lines are left out. What is too long goes on in the next row, in its own colour. */
export function changeLines({ kind, text }: Change, columns: number, most: number): { lines: Line[]; rest: number } {
  const lines: Line[] = [];
  const all = inert(text).replace(/\n+$/, "").replaceAll("\t", "  ").split("\n");
  for (const [index, one] of all.entries()) {
    const room = most - lines.length;
    if (room <= 0) return { lines, rest: all.length - index };
    const look = kind === "text" ? "added" : diffLook(one);
    const pieces = wrap(one.slice(0, columns * (room + 1)), columns);
    lines.push(...pieces.slice(0, room).map((piece) => line([piece, look])));
    if (pieces.length > room) return { lines, rest: all.length - index };
  }
  return { lines, rest: 0 };
}

/** What a line of a unified diff is, by its first characters. */
function diffLook(text: string): Look {
  if (text.startsWith("+++") || text.startsWith("---")) return "strong";
  if (text.startsWith("@@")) return "hunk";
  if (text.startsWith("+")) return "added";
  return text.startsWith("-") ? "removed" : "faint";
}
