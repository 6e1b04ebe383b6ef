import type { Span } from "./block.ts";

/** Where a row of a list is. */
export interface RowAt {
  /** Among all rows, from 0. */
  place: number;
  isCursor: boolean;
}

/** Columns of a row's mark. */
export const markColumns = 3;

/** What stands before a row of a list: the cursor, and the number that jumps to it. */
export const markOf = ({ place, isCursor }: RowAt): Span => ({
  text: `${isCursor ? "▸" : " "}${place < 9 ? String(place + 1) : " "} `,
  look: isCursor ? "key" : "faint",
});
