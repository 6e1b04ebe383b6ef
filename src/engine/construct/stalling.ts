import type { Clock } from "../../base/clock.ts";
import { showDuration } from "../../base/units.ts";
import { raiseAttention, type Attention } from "../attention.ts";
import type { Note } from "../journal.ts";
import { timekeeper, type Timekeeper, type TimeLimits } from "./time-limits.ts";

export interface WatchParts {
  construct: string;
  limits: () => TimeLimits;
  clock: Clock;
  note: Note;
  /** Of its work in earlier lives, milliseconds. */
  workedMs: number;
  stop: (cause: string) => void;
  onTimeUp: () => void;
}

/** Watches the times of a construct. While it is silent for long, the netrunner is told so, until the next sign of life. */
export function watchedTimes({ construct, limits, clock, note, ...parts }: WatchParts): Timekeeper {
  let item: Attention | undefined;
  const keeper = timekeeper({
    limits,
    clock,
    ...parts,
    onStalled(silent) {
      note("construct.stalled", { construct, silent_ms: Math.round(silent) });
      item = raiseAttention(note, {
        construct,
        kind: "construct.stalled",
        text: `Nothing was heard of ${construct} for ${showDuration(silent)}.`,
        next: `It is stopped after ${showDuration(limits().idle_limit_ms)}. Look at what it does, tell it something, or kill it.`,
      });
    },
    onAlive() {
      item?.close("continued");
      item = undefined;
    },
  });
  return {
    ...keeper,
    close() {
      keeper.close();
      item?.close("ended");
    },
  };
}
