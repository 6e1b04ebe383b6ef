import type { Drawing, Placed } from "../draw/block.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Size } from "../screen/size.ts";
import type { KeptLines } from "./kept-lines.ts";
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

/** The place of one box, and of which row it is. */
interface Spot extends Omit<Placed, "lines"> {
  index: number;
}

/**
 * Where the boxes are: all, or, where there is no room for all, the rows of them around the cursor's.
 * @param place of the cursor
 */
export function spotsOf(count: number, place: number, size: Size): Spot[] {
  const { beside, shown } = shareOf(count, size);
  const all = Math.ceil(count / beside);
  const own = Math.floor(Math.max(0, place) / beside);
  const first = Math.max(0, Math.min(all - shown, own - Math.floor(shown / 2)));
  const lines = Math.min(all - first, shown);
  return Array.from({ length: lines }, (_, line) => {
    const start = (first + line) * beside;
    // The last row of boxes has all the width also where it has fewer.
    const here = Math.min(beside, count - start);
    const [y, height] = cut(size.rows, lines, line);
    return Array.from({ length: here }, (_, column): Spot => {
      const [x, width] = cut(size.columns, here, column);
      return { index: start + column, x, y, width, height };
    });
  }).flat();
}

/** A box for each construct that there is room for. */
export function drawPanes(
  model: DeckModel,
  { rows, kept }: { rows: readonly FleetRow[]; kept: KeptLines },
  place: number,
  size: Size,
): Drawing {
  const parts = spotsOf(rows.length, place, size).flatMap(({ index, ...at }) => {
    const row = rows[index];
    return row === undefined ? [] : [paneOf(row, model, kept, { ...at, number: index + 1, isCursor: index === place })];
  });
  return { parts };
}

const heightFor = (count: number, beside: number, rows: number): number => Math.floor(rows / Math.ceil(count / beside));

/** Where a part begins and how long it is, of so many nearly equal ones. */
function cut(whole: number, parts: number, index: number): [start: number, length: number] {
  const start = Math.ceil((whole * index) / parts);
  return [start, Math.ceil((whole * (index + 1)) / parts) - start];
}
