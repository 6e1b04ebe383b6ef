import type { Clock } from "../../base/clock.ts";

export interface TimeLimits {
  idle_limit_ms: number;
  time_limit_ms: number;
}

/**
 * Calls `stop` with the cause when a construct takes too long in all, or shows no sign of life for too long.
 * @param lastSign when it last did something, on the clock's monotonic scale
 * @param signal ends the watch
 */
export function watchTime(
  limits: TimeLimits,
  clock: Clock,
  lastSign: () => number,
  stop: (cause: "budget:time" | "stall") => void,
  signal: AbortSignal,
): void {
  clock.after(limits.time_limit_ms, () => stop("budget:time"), signal);
  const watchIdle = (ms: number): void => {
    const look = (): void => {
      const left = limits.idle_limit_ms - (clock.monotonic() - lastSign());
      if (left <= 0) stop("stall");
      else watchIdle(left);
    };
    clock.after(ms, look, signal);
  };
  watchIdle(limits.idle_limit_ms);
}
