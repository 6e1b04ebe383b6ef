import { describe, expect, test } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { leaseTimes } from "../../src/nodes/lease.ts";
import { beginLife } from "../../src/nodes/node/life.ts";

/** A clock that stands until it is moved on, and does then what has become due; its timers are early by `early`. */
function handClock(early = 0) {
  let now = 0;
  let due: { at: number; action: () => void; signal: AbortSignal | undefined }[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(ms, action, signal) {
      const timer = { at: now + Math.max(Math.min(1, ms), ms - early), action, signal };
      due.push(timer);
      return { [Symbol.dispose]: () => void (due = due.filter((other) => other !== timer)) };
    },
  };
  return {
    clock,
    /** Does what becomes due, and lets what waits for that go on. */
    pass: async (ms: number): Promise<void> => {
      const end = now + ms;
      for (;;) {
        await Promise.resolve();
        const next = due.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
        if (next === undefined) break;
        due = due.filter((other) => other !== next);
        now = Math.max(now, next.at);
        if (next.signal?.aborted !== true) next.action();
      }
      now = end;
    },
    /** The process stands still: time goes on, and no timer is heard. */
    sleep: (ms: number): void => {
      now += ms;
    },
  };
}

const times = leaseTimes(10_000, 0.05, 1000);

function living({ early = 0, proven = true, answer = (): Promise<boolean> => Promise.resolve(true) } = {}) {
  const hand = handClock(early);
  const ends: number[] = [];
  const asked: number[] = [];
  const allowed: { at: number; ms: number }[] = [];
  const says = { answer };
  const life = beginLife({
    boot: "b-1",
    times,
    clock: hand.clock,
    renew() {
      asked.push(hand.clock.monotonic());
      return says.answer();
    },
    async endAll() {
      ends.push(hand.clock.monotonic());
      return { proven };
    },
    mayActFor: (ms) => allowed.push({ at: hand.clock.monotonic(), ms }),
  });
  return { ...hand, life, ends, asked, allowed, says };
}

const never = (): Promise<boolean> => new Promise(() => undefined);

describe("the life of a node", () => {
  test("may not act before the host has granted it a lease, and goes on as long as that is renewed", async () => {
    const late = Promise.withResolvers<boolean>();
    const { life, pass, asked, says, ends } = living({ answer: () => late.promise });
    expect(life.mayAct()).toBe(false);
    says.answer = () => Promise.resolve(true);
    late.resolve(true);
    expect(await life.begun).toBe(true);
    await pass(100_000);
    expect(life.mayAct()).toBe(true);
    expect(asked.length).toBeGreaterThan(40);
    expect(ends).toEqual([]);
  });

  test.each([0, 1, 3])(
    "ends all it has when nothing is heard for as long as its lease, though timers are early by %i ms",
    async (early) => {
      const { life, pass, says, ends } = living({ early });
      await life.begun;
      await pass(5000);
      says.answer = never;
      await pass(times.nodeMs + 10);
      expect(ends.length).toBe(1);
      expect(life.over.aborted).toBe(true);
      expect(await life.ended).toEqual({ why: "silence", proven: true });
      // Before the host would give it up, and with the time that ending takes.
      expect(times.hostMs - times.nodeMs).toBeGreaterThan(1000);
    },
  );

  test("tells with each lease, from when it was asked for, how long its work may go on should it stand still", async () => {
    const slow = Promise.withResolvers<boolean>();
    const { pass, says, allowed, asked } = living({ answer: () => slow.promise });
    says.answer = () => Promise.resolve(true);
    await pass(400);
    slow.resolve(true);
    await pass(0);
    // A part of what the host leaves for ending is the process's own.
    const whole = times.nodeMs + times.endMs / 4;
    expect(whole).toBeLessThan(times.hostMs);
    expect(allowed).toEqual([{ at: 400, ms: Math.ceil(whole - 400) }]);
    await pass(times.renewMs * 3);
    expect(allowed.slice(1)).toEqual(asked.slice(1).map((at) => ({ at, ms: whole })));
    expect(allowed.length).toBeGreaterThan(3);
    says.answer = () => Promise.resolve(false);
    const before = allowed.length;
    await pass(times.renewMs * 3);
    expect(allowed.length).toBe(before);
  });

  test("is over for good: an answer that comes then changes nothing, and nothing more is asked", async () => {
    const { life, pass, says, asked, ends } = living();
    await life.begun;
    const late = Promise.withResolvers<boolean>();
    says.answer = () => late.promise;
    await pass(20_000);
    late.resolve(true);
    await pass(20_000);
    expect(life.mayAct()).toBe(false);
    expect(ends.length).toBe(1);
    const before = asked.length;
    await pass(20_000);
    expect(asked.length).toBe(before);
  });

  test("knows that it is over when its process has stood still, before any timer tells", async () => {
    const { life, sleep, ends } = living();
    await life.begun;
    expect(life.mayAct()).toBe(true);
    sleep(60_000);
    expect(life.mayAct()).toBe(false);
    expect(life.over.aborted).toBe(true);
    expect(ends.length).toBe(1);
  });

  test("ends at once when the host does not know it any more, also before it has begun", async () => {
    const known = living();
    await known.life.begun;
    known.says.answer = () => Promise.resolve(false);
    await known.pass(times.renewMs + 1);
    expect(await known.life.ended).toEqual({ why: "refused", proven: true });
    const unknown = living({ answer: () => Promise.resolve(false) });
    expect(await unknown.life.begun).toBe(false);
    expect(await unknown.life.ended).toEqual({ why: "refused", proven: true });
  });

  test("asks again where no answer comes, and tells when it cannot prove that all is gone", async () => {
    const { life, pass, asked } = living({ proven: false, answer: () => Promise.reject(new Error("no link")) });
    await pass(3001);
    // Before it has a lease it does not wait for as long as between two renewals.
    expect(asked).toEqual([0, 1000, 2000, 3000]);
    expect(life.over.aborted).toBe(false);
    life.end();
    life.end();
    expect(await life.ended).toEqual({ why: "own", proven: false });
  });
});
