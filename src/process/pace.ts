import { pause } from "../base/clock.ts";
import type { StopLimits } from "./report.ts";

/** The limits of a stop under way, which may become shorter while somebody waits for one of them. */
export interface Pace {
  hurry(limits: StopLimits): void;
  readonly limits: StopLimits;
  /** What is left of a step that began at `since` (monotonic milliseconds); 0 or less when it is over. */
  left(step: keyof StopLimits, since: number): number;
  /** Waits, but no longer than until a hurry or the signal. */
  nap(ms: number, signal?: AbortSignal): Promise<void>;
}

export function createPace(first: StopLimits): Pace {
  let limits = { ...first };
  let change = new AbortController();
  return {
    hurry(other) {
      limits = {
        graceMs: Math.min(limits.graceMs, other.graceMs),
        termMs: Math.min(limits.termMs, other.termMs),
        killMs: Math.max(limits.killMs, other.killMs),
      };
      change.abort();
      change = new AbortController();
    },
    get limits() {
      return limits;
    },
    left: (step, since) => since + limits[step] - performance.now(),
    nap: (ms, signal) =>
      pause(Math.max(0, ms), signal === undefined ? change.signal : AbortSignal.any([change.signal, signal])),
  };
}
