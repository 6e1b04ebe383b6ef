import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { pause, systemClock } from "../../src/base/clock.ts";

/** Timers fire in the order of their due times: when this one has, an earlier one has had its chance. */
const laterTimer = (): Promise<void> => pause(20);

describe("a timer of the clock", () => {
  test("does not fire when its signal was aborted before", async () => {
    let fired = false;
    systemClock.after(1, () => (fired = true), AbortSignal.abort());
    await laterTimer();
    expect(fired).toBe(false);
  });

  test("does not fire when it was disposed or aborted in time", async () => {
    let fired = 0;
    const abort = new AbortController();
    systemClock.after(1, () => (fired += 1), abort.signal);
    const timer = systemClock.after(1, () => (fired += 1));
    abort.abort();
    timer[Symbol.dispose]();
    await laterTimer();
    expect(fired).toBe(0);
  });

  test("leaves no listener on its signal, neither fired nor disposed", async () => {
    const { signal } = new AbortController();
    const fired = Promise.withResolvers<void>();
    systemClock.after(1, fired.resolve, signal);
    systemClock.after(60_000, () => undefined, signal)[Symbol.dispose]();
    await fired.promise;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a pause", () => {
  test("ends at once when its signal aborts, and rejects nothing", async () => {
    const abort = new AbortController();
    const pausing = pause(60_000, abort.signal);
    abort.abort();
    await pausing;
    await pause(60_000, AbortSignal.abort());
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });
});
