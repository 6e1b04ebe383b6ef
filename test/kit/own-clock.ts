import type { Clock } from "../../src/base/clock.ts";

/** A clock that stands still until a test moves it on. */
export function ownClock(start = 0): { clock: Clock; pass: (ms: number) => void } {
  let now = start;
  const timers = new Set<{ at: number; action: () => void }>();
  const clock: Clock = {
    now: () => now,
    monotonic: () => now - start,
    after(ms, action) {
      const timer = { at: now + ms, action };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
  };
  const pass = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const due = [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      timers.delete(due);
      now = Math.max(now, due.at);
      due.action();
    }
    now = end;
  };
  return { clock, pass };
}
