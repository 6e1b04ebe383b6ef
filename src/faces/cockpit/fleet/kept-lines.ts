import type { DeckEvent } from "../../../protocol/event.ts";
import type { Line } from "../draw/block.ts";
import type { Size } from "../screen/size.ts";

/** The last lines of transcripts as they were made, by the last event in them: they are the same until there is another one. */
export type KeptLines = WeakMap<DeckEvent, Size & { count: number; lines: readonly Line[] }>;

/** The lines that these events make in a place of this size: those that are kept, else made now and kept. */
export function linesOf(
  kept: KeptLines,
  events: readonly DeckEvent[],
  { columns, rows }: Size,
  make: () => readonly Line[],
): readonly Line[] {
  const last = events.at(-1);
  if (last === undefined) return make();
  const before = kept.get(last);
  const count = events.length;
  if (before?.columns === columns && before.rows === rows && before.count === count) return before.lines;
  const lines = make();
  kept.set(last, { columns, rows, count, lines });
  return lines;
}
