import { describe, expect, test } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { watchIdle } from "../../src/host/idle.ts";

/** A clock that goes on when it is told to. */
function ownClock(): Clock & { goOn(ms: number): void } {
  let at = 0;
  let timers: { due: number; action: () => void }[] = [];
  return {
    now: () => at,
    monotonic: () => at,
    after(ms, action) {
      const timer = { due: at + ms, action };
      timers.push(timer);
      return { [Symbol.dispose]: () => void (timers = timers.filter((other) => other !== timer)) };
    },
    goOn(ms) {
      const end = at + ms;
      for (;;) {
        const next = timers.toSorted((one, other) => one.due - other.due).find(({ due }) => due <= end);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        at = next.due;
        next.action();
      }
      at = end;
    },
  };
}

function watched(state: { idleMs: number; busy: boolean; isHomeGone?: boolean }) {
  const clock = ownClock();
  let ends = 0;
  const watch = watchIdle({
    clock,
    idleMs: () => state.idleMs,
    isBusy: () => state.busy,
    isHome: () => state.isHomeGone !== true,
    end: () => void (ends += 1),
  });
  return { clock, watch, ends: () => ends };
}

describe("a host without work", () => {
  test("is not ended before its time, and once after it", () => {
    const { clock, ends } = watched({ idleMs: 900_000, busy: false });
    clock.goOn(899_999);
    expect(ends()).toBe(0);
    clock.goOn(10_000_000);
    expect(ends()).toBe(1);
  });

  test("ends within a minute when its home is gone, also where it never would and something is open", () => {
    const state = { idleMs: 0, busy: true, isHomeGone: false };
    const { clock, ends } = watched(state);
    clock.goOn(5_000_000);
    expect(ends()).toBe(0);
    state.isHomeGone = true;
    clock.goOn(60_000);
    expect(ends()).toBe(1);
  });

  test("is not ended while something is open, and its time begins when that is over", () => {
    const state = { idleMs: 900_000, busy: true };
    const { clock, watch, ends } = watched(state);
    clock.goOn(5_000_000);
    state.busy = false;
    watch.touch();
    clock.goOn(899_999);
    expect(ends()).toBe(0);
    clock.goOn(1);
    expect(ends()).toBe(1);
  });

  test("is never ended with 0, also when that is set later, and goes by a shorter time that is set later", () => {
    const state = { idleMs: 900_000, busy: false };
    const { clock, ends } = watched(state);
    clock.goOn(100_000);
    state.idleMs = 0;
    clock.goOn(100_000_000);
    expect(ends()).toBe(0);
    state.idleMs = 1000;
    clock.goOn(60_000);
    expect(ends()).toBe(1);
  });

  test("is not ended any more once it ends in another way", () => {
    const { clock, watch, ends } = watched({ idleMs: 1000, busy: false });
    watch[Symbol.dispose]();
    clock.goOn(1_000_000);
    expect(ends()).toBe(0);
  });
});
