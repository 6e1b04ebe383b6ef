import type { Drawing } from "../draw/block.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Size } from "../screen/size.ts";
import { paneOf } from "./pane.ts";
import type { FleetRow } from "./row.ts";

/** A pane is not narrower than this, and, where there is a choice, not lower. */
const leastWidth = 38;
const goodHeight = 10;
const leastHeight = 6;
const mostBeside = 3;

/** How panes share a place: so many beside each other, each so high, so many rows of them at a time. */
export function shareOf(count: number, { columns, rows }: Size): { beside: number; height: number; shown: number } {
  const widest = Math.max(1, Math.min(mostBeside, Math.floor(columns / leastWidth)));
  let beside = 1;
  while (beside < widest && heightFor(count, beside, rows) < goodHeight) beside += 1;
  const height = Math.max(Math.min(leastHeight, rows), heightFor(count, beside, rows));
  return { beside, height, shown: Math.max(1, Math.floor(rows / height)) };
}

/**
 * A box for each construct; where there is no room for all, the rows of boxes around the cursor's.
 * @param place of the cursor among the rows
 */
export function drawPanes(model: DeckModel, rows: readonly FleetRow[], place: number, size: Size): Drawing {
  const { beside, shown } = shareOf(rows.length, size);
  const all = Math.ceil(rows.length / beside);
  const own = Math.floor(Math.max(0, place) / beside);
  const first = Math.max(0, Math.min(all - shown, own - Math.floor(shown / 2)));
  const lines = Math.min(all - first, shown);
  const parts = Array.from({ length: lines }, (_, line) => {
    const start = (first + line) * beside;
    const here = rows.slice(start, start + beside);
    // The last row of boxes has all the width also where it has fewer; what is left over of the height goes to the upper ones.
    const [y, height] = cut(size.rows, lines, line);
    return here.map((row, index) => {
      const [x, width] = cut(size.columns, here.length, index);
      const number = start + index + 1;
      return paneOf(row, model, { x, y, width, height, number, isCursor: number - 1 === place });
    });
  });
  return { parts: parts.flat() };
}

const heightFor = (count: number, beside: number, rows: number): number => Math.floor(rows / Math.ceil(count / beside));

/** Where a part begins and how long it is, of so many nearly equal ones. */
function cut(whole: number, parts: number, index: number): [start: number, length: number] {
  const start = Math.ceil((whole * index) / parts);
  return [start, Math.ceil((whole * (index + 1)) / parts) - start];
}
