import type { Style } from "../words/style.ts";
import type { Paint } from "./paint.ts";
import { clip, widthOf } from "../words/width.ts";

/** A line before it is painted: text that is measured, and what it means. */
export type Piece = { text: string; style?: Style };

/** Paints the pieces that fit into so many columns; the line is cut before it is coloured, so that no code is cut. */
export function renderLine(pieces: Piece[], columns: number, paint: Paint): string {
  let room = columns;
  let line = "";
  for (const piece of pieces) {
    if (room <= 0) break;
    const text = clip(piece.text, room);
    line += paint(piece.style ?? "plain", text);
    room -= widthOf(text);
    if (text.length < piece.text.length) break;
  }
  return line;
}

/** Puts the pieces side by side with dots between them, on as many lines as that takes. */
export function flow(pieces: Piece[], columns: number): Piece[][] {
  const lines: Piece[][] = [];
  let used = 0;
  for (const piece of pieces) {
    const width = widthOf(piece.text);
    const line = lines.at(-1);
    if (line !== undefined && used + separator.text.length + width <= columns) {
      line.push(separator, piece);
      used += separator.text.length + width;
    } else {
      lines.push([piece]);
      used = width;
    }
  }
  return lines;
}

const separator: Piece & { text: string } = { text: " · ", style: "faint" };
