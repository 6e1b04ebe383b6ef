import type { Size } from "../screen/size.ts";

/** Rows that a dialog leaves free where it can: the two of the posture above, the one of the hints below. */
const [above, below] = [2, 1];

/** The tallest that a dialog should be that can scroll. */
export const tallest = ({ rows }: Size): number => Math.max(1, rows - above - below);

/** The place of a box in the middle of the screen, no larger than that; the posture is covered only where it must be. */
export function centred(
  size: Size,
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number } {
  // A strip of the page beside a border would only be noise.
  const isWhole = size.columns - width < 4;
  const own = { width: isWhole ? size.columns : width, height: Math.min(height, size.rows) };
  const middle = Math.floor((size.rows - own.height) / 2);
  const y = own.height <= tallest(size) ? Math.max(above, middle) : middle;
  return { x: Math.floor((size.columns - own.width) / 2), y, ...own };
}
