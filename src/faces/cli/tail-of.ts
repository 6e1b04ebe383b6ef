import type { Port } from "../../host/port.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";

export interface Tail {
  /** How many events are wanted. */
  count: number;
  /** Those that count. */
  isTold: (event: DeckEvent) => boolean;
}

/**
 * The number after which the last events of a run begin. The record is looked at from its end, ever farther back until there are
 * enough: of a long run only a part is read.
 */
export async function tailOf(
  port: Pick<Port, "follow">,
  { run, firstSeq, lastSeq }: Pick<RunView, "run" | "firstSeq" | "lastSeq">,
  { count, isTold }: Tail,
): Promise<number> {
  if (count === 0) return lastSeq;
  for (let span = Math.max(leastSpan, 2 * count); ; span *= 4) {
    const after = Math.max(firstSeq - 1, lastSeq - span);
    const told: number[] = [];
    for await (const event of port.follow(after)) {
      if (event.run === run && event.seq <= lastSeq && isTold(event)) told.push(event.seq);
      if (event.seq >= lastSeq) break;
    }
    const begin = told.at(-count);
    if (begin !== undefined) return begin - 1;
    if (after < firstSeq) return after;
  }
}

/** To ask for less is no quicker, events. */
const leastSpan = 200;
