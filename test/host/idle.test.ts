import { describe, expect, test } from "vitest";
import { watchIdle } from "../../src/host/idle.ts";
import { handClock } from "../kit/hand-clock.ts";

function watched(state: { idleMs: number; busy: boolean; isHomeGone?: boolean }) {
  const clock = handClock();
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
    clock.pass(899_999);
    expect(ends()).toBe(0);
    clock.pass(10_000_000);
    expect(ends()).toBe(1);
  });

  test("ends within a minute when its home is gone, also where it never would and something is open", () => {
    const state = { idleMs: 0, busy: true, isHomeGone: false };
    const { clock, ends } = watched(state);
    clock.pass(5_000_000);
    expect(ends()).toBe(0);
    state.isHomeGone = true;
    clock.pass(60_000);
    expect(ends()).toBe(1);
  });

  test("is not ended while something is open, and its time begins when that is over", () => {
    const state = { idleMs: 900_000, busy: true };
    const { clock, watch, ends } = watched(state);
    clock.pass(5_000_000);
    state.busy = false;
    watch.touch();
    clock.pass(899_999);
    expect(ends()).toBe(0);
    clock.pass(1);
    expect(ends()).toBe(1);
  });

  test("is never ended with 0, also when that is set later, and goes by a shorter time that is set later", () => {
    const state = { idleMs: 900_000, busy: false };
    const { clock, ends } = watched(state);
    clock.pass(100_000);
    state.idleMs = 0;
    clock.pass(100_000_000);
    expect(ends()).toBe(0);
    state.idleMs = 1000;
    clock.pass(60_000);
    expect(ends()).toBe(1);
  });

  test("is not ended any more once it ends in another way", () => {
    const { clock, watch, ends } = watched({ idleMs: 1000, busy: false });
    watch[Symbol.dispose]();
    clock.pass(1_000_000);
    expect(ends()).toBe(0);
  });
});
