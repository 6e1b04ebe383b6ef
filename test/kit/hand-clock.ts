import type { Clock } from "../../src/base/clock.ts";

/** When the clock of a test begins, where the test does not say: 2026-01-02 03:04:05 UTC. */
const usualStart = 1_767_323_045_000;

/** A clock that stands still until a test moves it on; what is due on the way is done at its time, in its order. */
export function handClock(start = usualStart): Clock & { pass: (ms: number) => void } {
  let now = start;
  const timers = new Set<{ at: number; action: () => void; signal: AbortSignal | undefined }>();
  return {
    now: () => now,
    monotonic: () => now - start,
    after(ms, action, signal) {
      const timer = { at: now + ms, action, signal };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const [due] = [...timers].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at);
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        if (due.signal?.aborted !== true) due.action();
      }
      now = end;
    },
  };
}
