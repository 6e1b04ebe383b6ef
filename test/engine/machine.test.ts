import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endStateOf, step, type Life, type LifeEffect, type LifeInput } from "../../src/engine/construct/machine.ts";
import { aTurnEnd } from "../kit/turn-end.ts";

const lives: Record<string, Life> = {
  queued: { phase: "queued" },
  starting: { phase: "starting" },
  running: { phase: "running" },
  yielding: { phase: "yielding", cause: "inject", turn: null },
  ending: { phase: "ending", cause: "first", turn: null },
  done: { phase: "ending", cause: "result", turn: null },
  ended: { phase: "ended", cause: "first", turn: null },
};

const inputs: Record<string, LifeInput> = {
  start: { type: "start" },
  opened: { type: "opened" },
  open_failed: { type: "open_failed" },
  "turn_ended ok": { type: "turn_ended", turn: aTurnEnd() },
  "turn_ended with more queued": { type: "turn_ended", turn: aTurnEnd({ queued: 1 }) },
  "turn_ended refused": { type: "turn_ended", turn: aTurnEnd({ refused: true }) },
  "turn_ended in error": { type: "turn_ended", turn: aTurnEnd({ ok: false, status: "error_max_turns" }) },
  exited: { type: "exited", exit: { how: "code", code: 0, stderr: "" } },
  stop: { type: "stop", cause: "stall" },
  redirect: { type: "redirect" },
  quiet: { type: "quiet" },
  unquiet: { type: "unquiet" },
  reaped: { type: "reaped" },
  "reaped and lost": { type: "reaped", goesOn: true },
};

/** What comes of each input in each phase: `phase cause: effects`. What is not listed changes nothing. */
const table: Record<string, Record<string, string>> = {
  queued: {
    start: "starting: open",
    open_failed: "ended spawn: finish",
    exited: "ending crash: reap",
    stop: "ended stall: finish",
  },
  starting: {
    opened: "running: brief",
    open_failed: "ended spawn: finish",
    exited: "ending crash: reap",
    stop: "ending stall: reap",
    redirect: "yielding inject: yield",
  },
  running: {
    open_failed: "ended spawn: finish",
    "turn_ended ok": "ending result: reap",
    "turn_ended refused": "ending refusal: reap",
    "turn_ended in error": "ending error:error_max_turns: reap",
    exited: "ending crash: reap",
    stop: "ending stall: reap",
    redirect: "yielding inject: yield",
  },
  yielding: {
    open_failed: "ended inject: finish",
    exited: "ending inject: reap",
    stop: "ending inject: reap",
    quiet: "ended inject: finish",
    unquiet: "ending inject: reap",
  },
  ending: {
    open_failed: "ended first: finish",
    reaped: "ended first: finish",
    "reaped and lost": "ended first: finish",
  },
  done: {
    open_failed: "ended result: finish",
    reaped: "ended result: finish",
    "reaped and lost": "ended suspended: finish",
  },
  ended: {},
};

const show = (life: Life): string => ("cause" in life ? `${life.phase} ${life.cause}` : life.phase);

describe("the life of a construct", () => {
  for (const [phase, life] of Object.entries(lives)) {
    for (const [name, input] of Object.entries(inputs)) {
      const expected = table[phase]?.[name];
      test(`${phase}: ${name} ${expected === undefined ? "changes nothing" : `makes it ${expected}`}`, () => {
        const { life: after, effects } = step(life, input);
        expect(`${show(after)}: ${effects.join(", ")}`).toBe(expected ?? `${show(life)}: `);
      });
    }
  }

  const walk = fc.array(fc.constantFrom(...Object.values(inputs)), { maxLength: 30 });

  /** The lives that a sequence of inputs leads through, and what was done on the way. */
  function lived(sequence: LifeInput[]): { lives: Life[]; effects: LifeEffect[] } {
    const all: Life[] = [{ phase: "queued" }];
    const effects: LifeEffect[] = [];
    for (const input of sequence) {
      const next = step(all.at(-1) ?? { phase: "queued" }, input);
      all.push(next.life);
      effects.push(...next.effects);
    }
    return { lives: all, effects };
  }

  test("keeps the first cause of an ending, whatever comes after; one that was done may go on instead", () => {
    fc.assert(
      fc.property(walk, (sequence) => {
        const causes = lived(sequence).lives.flatMap((life) => ("cause" in life ? [life.cause] : []));
        const different = [...new Set(causes)];
        if (different[0] === "result" && different[1] === "suspended") different.pop();
        expect(different.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("never comes back from its end, and never goes back from its ending", () => {
    const order = ["queued", "starting", "running", "yielding", "ending", "ended"];
    fc.assert(
      fc.property(walk, (sequence) => {
        const phases = lived(sequence).lives.map(({ phase }) => order.indexOf(phase));
        expect(phases).toEqual([...phases].sort((a, b) => a - b));
      }),
    );
  });

  test("opens, briefs, reaps and finishes at most once, and finishing is the last that it does", () => {
    fc.assert(
      fc.property(walk, (sequence) => {
        const { lives: all, effects } = lived(sequence);
        expect(new Set(effects).size).toBe(effects.length);
        expect(effects.indexOf("finish")).toBe(all.at(-1)?.phase === "ended" ? effects.length - 1 : -1);
        expect(effects.indexOf("brief")).toBe(effects.includes("brief") ? effects.indexOf("open") + 1 : -1);
      }),
    );
  });

  test("is called done only for a result; what others wanted is killed, what went wrong is failed", () => {
    const words: Record<string, string> = {
      result: "done",
      inject: "redirected",
      crash: "failed",
      spawn: "failed",
      refusal: "failed",
      "error:error_during_execution": "failed",
      "dependency:cx-00000001": "failed",
      netrunner: "killed",
      daemon: "killed",
      stall: "killed",
      "budget:time": "killed",
      host_shutdown: "killed",
      "results are not a result": "killed",
    };
    for (const [cause, state] of Object.entries(words))
      expect(`${cause}: ${endStateOf(cause)}`).toBe(`${cause}: ${state}`);
  });
});
