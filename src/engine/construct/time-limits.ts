import type { Clock } from "../../base/clock.ts";

export interface TimeLimits {
  idle_limit_ms: number;
  time_limit_ms: number;
}

/**
 * Calls `stop` with the cause when a construct takes too long in all, or shows no sign of life for too long.
 * @param lastSign when it last did something, on the clock's monotonic scale
 * @param spared milliseconds that do not count: it could not work, for no fault of its own
 * @param signal ends the watch
 */
export function watchTime(
  limits: TimeLimits,
  clock: Clock,
  lastSign: () => number,
  spared: () => number,
  stop: (cause: "budget:time" | "stall") => void,
  signal: AbortSignal,
): void {
  const began = clock.monotonic();
  const watch = (ms: number): void => {
    const look = (): void => {
      const left = limits.time_limit_ms - (clock.monotonic() - began - spared());
      if (left > 0) watch(left);
      else stop("budget:time");
    };
    clock.after(ms, look, signal);
  };
  watch(limits.time_limit_ms);
  watchSilence(limits.idle_limit_ms, clock, lastSign, () => stop("stall"), signal);
}

/** Calls `tell` with the length of a silence that has reached `bound`, and again after each further one of that length. */
export function watchSilence(
  bound: number,
  clock: Clock,
  lastSign: () => number,
  tell: (ms: number) => void,
  signal: AbortSignal,
): void {
  const watch = (ms: number): void => {
    const look = (): void => {
      const silence = clock.monotonic() - lastSign();
      if (silence >= bound) tell(silence);
      watch(silence >= bound ? bound : bound - silence);
    };
    clock.after(ms, look, signal);
  };
  watch(bound);
}
