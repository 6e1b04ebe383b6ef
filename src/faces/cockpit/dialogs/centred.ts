import type { Size } from "../screen/size.ts";

/** The place of a box in the middle of the screen, no larger than that. */
export function centred(
  size: Size,
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number } {
  const own = { width: Math.min(width, size.columns), height: Math.min(height, size.rows) };
  return { x: Math.floor((size.columns - own.width) / 2), y: Math.floor((size.rows - own.height) / 2), ...own };
}
