import type { Look } from "./look.ts";

/** A piece of a line: text of any origin, which is made inert where it meets the grid, and what it means. */
export interface Span {
  text: string;
  look?: Look;
  /** The fill of its line does not lie under it: such as a border beside the cursor of a list. */
  isBare?: boolean;
}

/** A line of a picture. What goes beyond its place is cut; what is left of it is filled with `fill`. */
export interface Line {
  spans: readonly Span[];
  /** Of the whole line, under the looks of its pieces: such as the cursor of a list. */
  fill?: Look;
  /** What a click on it means to its page or dialog. */
  target?: string;
}

/** A rectangle of the screen with its lines. Later ones lie over earlier ones. */
export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
  lines: readonly Line[];
}

/** What a page or a dialog shows. */
export interface Drawing {
  parts: readonly Placed[];
  /** Where the text cursor stands, in the coordinates of the drawing. */
  cursor?: { x: number; y: number } | undefined;
}

/** A line out of pieces: plain text, or text and what it means. */
export const line = (...pieces: readonly (string | readonly [text: string, look: Look] | Span)[]): Line => ({
  spans: pieces.map((piece) => {
    if (typeof piece === "string") return { text: piece };
    return isPair(piece) ? { text: piece[0], look: piece[1] } : piece;
  }),
});

export const blank: Line = { spans: [] };

/** A drawing of one part that fills its place. */
export const filling = (lines: readonly Line[], width: number, height: number): Drawing => ({
  parts: [{ x: 0, y: 0, width, height, lines }],
});

/** A drawing moved by so much. */
export const moved = ({ parts, cursor }: Drawing, x: number, y: number): Drawing => ({
  parts: parts.map((part) => ({ ...part, x: part.x + x, y: part.y + y })),
  cursor: cursor === undefined ? undefined : { x: cursor.x + x, y: cursor.y + y },
});

const isPair = (piece: readonly [string, Look] | Span): piece is readonly [string, Look] => Array.isArray(piece);
