import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, type Moment } from "../../src/engine/daemon/decide.ts";
import { daemonStatuses } from "../../src/protocol/action.ts";

const moment = (parts: Partial<Moment> = {}): Moment => ({
  inputsWait: false,
  inFlight: 0,
  status: "working",
  hasAsked: false,
  bound: undefined,
  isOutOfBudget: false,
  isCapped: false,
  ...parts,
});

const bound = { rule: "budget.run", reason: "too much", pending: 0 };

const any = fc.record({
  inputsWait: fc.boolean(),
  inFlight: fc.nat(3),
  status: fc.constantFrom(...daemonStatuses),
  hasAsked: fc.boolean(),
  bound: fc.option(fc.record({ rule: fc.constant("r"), reason: fc.constant("w"), pending: fc.nat(2) }), {
    nil: undefined,
  }),
  isOutOfBudget: fc.boolean(),
  isCapped: fc.boolean(),
});

describe("what comes next", () => {
  test("a goal is never over while something is in flight or untold", () => {
    fc.assert(
      fc.property(any, (now) => {
        const next = decide(now);
        const isOver = !now.inputsWait && now.inFlight === 0 && (now.status === "done" || now.status === "failed");
        expect(next.next === "finish" ? next.status : "goes on").toBe(isOver ? now.status : "goes on");
      }),
    );
  });

  test("at a bound no turn begins, and nobody is asked twice", () => {
    fc.assert(
      fc.property(any, (now) => {
        const { next } = decide(now);
        const isBound = now.bound !== undefined || now.isOutOfBudget || now.isCapped;
        expect(isBound && ["turn", "ask"].includes(next)).toBe(false);
        expect(now.hasAsked && next === "ask").toBe(false);
      }),
    );
  });

  test("out of budget, nothing goes on but the end of what is over", () => {
    expect(decide(moment({ inputsWait: true, isOutOfBudget: true }))).toEqual({ next: "hold" });
    expect(decide(moment({ inFlight: 2, isOutOfBudget: true }))).toEqual({ next: "hold" });
    expect(decide(moment({ status: "done", isOutOfBudget: true }))).toEqual({ next: "finish", status: "done" });
  });

  test("when the cap has refused a spawn, what is at work ends first, and then the netrunner is asked", () => {
    expect(decide(moment({ inputsWait: true, inFlight: 1, isCapped: true }))).toEqual({ next: "wait" });
    expect(decide(moment({ inputsWait: true, isCapped: true }))).toEqual({ next: "hold" });
  });

  test("what is untold is told before the daemon's done counts", () => {
    expect(decide(moment({ inputsWait: true, status: "done" }))).toEqual({ next: "turn" });
    expect(decide(moment({ inFlight: 1, status: "done" }))).toEqual({ next: "wait" });
    expect(decide(moment({ status: "failed" }))).toEqual({ next: "finish", status: "failed" });
  });

  test("a bound pauses the run when nobody's end is waited for any more", () => {
    expect(decide(moment({ inputsWait: true, bound: { ...bound, pending: 1 }, inFlight: 1 }))).toEqual({
      next: "wait",
    });
    expect(decide(moment({ inputsWait: true, bound, inFlight: 4 }))).toEqual({
      next: "pause",
      rule: "budget.run",
      reason: "too much",
    });
  });

  test("a goal that is reached is done, also when its last turn has reached a bound", () => {
    expect(decide(moment({ status: "done", bound }))).toEqual({ next: "finish", status: "done" });
    expect(decide(moment({ status: "done", bound, inputsWait: true })).next).toBe("pause");
  });

  test("with nothing to tell and nothing in flight the netrunner is asked, once", () => {
    for (const status of ["working", "waiting"] as const) {
      expect(decide(moment({ status }))).toEqual({ next: "ask" });
      expect(decide(moment({ status, hasAsked: true }))).toEqual({ next: "wait" });
    }
  });
});
