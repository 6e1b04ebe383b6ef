import type { DeckEvent } from "../../src/protocol/event.ts";
import { of } from "../../test/kit/deck.ts";

/** Outcomes that the daemon was not told exactly once, in words. */
export function wronglyTold(events: readonly DeckEvent[]): string[] {
  const starts = of(events, "daemon.turn_started").map(({ body }) => body);
  const valid = of(events, "daemon.turn_ended").flatMap(({ body }) => (body.valid ? [body.turn] : []));
  const told = valid.flatMap((turn) => starts.findLast((start) => start.turn === turn)?.inputs ?? []);
  return of(events, "construct.ended").flatMap(({ seq, body }) => {
    const times = told.filter((one) => one === seq).length;
    return times === 1 ? [] : [`the outcome of ${body.construct} was told ${times} times`];
  });
}
