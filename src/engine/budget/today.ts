import { lastMidnight, nextMidnight } from "../../base/day.ts";
import type { Clock } from "../../base/clock.ts";
import type { DeckEvent } from "../../protocol/event.ts";

/** What all runs of a home have cost on the day that it is now, by the clock on the wall. */
export interface Today {
  readonly usd: number;
  see(event: DeckEvent): void;
  /** Milliseconds until the day is over. */
  left(): number;
}

/** @param costSince what was recorded since then, US dollars; asked once, before this run costs anything */
export function todayOf(clock: Clock, costSince: (at: number) => number): Today {
  let end = nextMidnight(clock.now());
  let usd = costSince(lastMidnight(clock.now()));
  const turn = (): void => {
    if (clock.now() < end) return;
    usd = 0;
    end = nextMidnight(clock.now());
  };
  return {
    get usd() {
      turn();
      return usd;
    },
    see(event) {
      if (event.type !== "agent.used") return;
      turn();
      usd += event.body.cost_usd;
    },
    left: () => Math.max(1, end - clock.now()),
  };
}
