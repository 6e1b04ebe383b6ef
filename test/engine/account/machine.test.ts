import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isHeld,
  nextMoment,
  room,
  step,
  type AccountInput,
  type Standing,
} from "../../../src/engine/account/machine.ts";
import { usualAccountTimes as times } from "../../../src/engine/account/times.ts";
import { accountTroubles, type AccountTrouble } from "../../../src/protocol/account.ts";

const trouble = (kind: AccountTrouble, who = "cx-1", resetsAt: number | null = null): AccountInput => ({
  type: "trouble",
  kind,
  who,
  reason: `why ${kind}`,
  evidence: `${who}: ${kind}`,
  resetsAt,
});

/** The standing after these inputs, each at its time; and every effect on the way, in words. */
function play(...inputs: [now: number, input: AccountInput][]): { standing: Standing; told: string[] } {
  let standing: Standing = { phase: "open" };
  const told: string[] = [];
  for (const [now, input] of inputs) {
    const next = step(standing, input, { now, jitterMs: 7, times });
    standing = next.standing;
    for (const effect of next.effects)
      told.push(
        effect.type === "held"
          ? `held ${effect.hold.kind} ${effect.hold.tries} until ${effect.hold.retry_at}`
          : `released ${effect.hold.kind} ${effect.how}`,
      );
  }
  return { standing, told };
}

const kindOf = (standing: Standing): AccountTrouble | undefined => (isHeld(standing) ? standing.hold.kind : undefined);

const phaseOf = (...inputs: [number, AccountInput][]): string => {
  const { standing } = play(...inputs);
  return standing.phase === "trying" ? `trying ${standing.who ?? "nobody"}` : standing.phase;
};

describe("the account", () => {
  test("is held until the provider's reset time and a little more, and lets nobody begin before", () => {
    const { standing, told } = play([0, trouble("usage_limit", "cx-1", 5000)], [4000, { type: "time" }]);
    expect(told).toEqual(["held usage_limit 0 until 5007"]);
    expect(room(standing, 4999)).toBe(0);
    expect(nextMoment(standing, 4000)).toBe(5007);
  });

  test("is held once, however many meet the same", () => {
    const inputs = Array.from({ length: 10 }, (_, n): [number, AccountInput] => [
      n,
      trouble("usage_limit", `cx-${n}`, 5000),
    ]);
    const { standing, told } = play(...inputs);
    expect(told.length).toBe(1);
    expect(isHeld(standing) && standing.hold.evidence.length).toBe(5);
  });

  test("takes a later reset time when somebody is told one", () => {
    const { told } = play([0, trouble("usage_limit", "cx-1")], [1, trouble("usage_limit", "cx-2", 90_000)]);
    expect(told).toEqual(["held usage_limit 0 until 60007", "held usage_limit 0 until 90007"]);
  });

  test("waits by doubling where no time is known, or the named one has passed, up to a bound", () => {
    const hits: [number, AccountInput][] = [[0, trouble("overload")]];
    for (let n = 1; n < 12; n += 1) {
      const now = n * 10_000_000;
      hits.push([now, { type: "time" }], [now, { type: "began", who: "cx-1" }], [now, trouble("overload", "cx-1", 5)]);
    }
    const waits = play(...hits).told.map((text, n) => Number(text.split(" ").at(-1)) - n * 10_000_000);
    expect(waits.slice(0, 3)).toEqual([15_007, 30_007, 60_007]);
    expect(waits.at(-1)).toBe(600_007);
  });

  test("lets one try, alone; when that one has worked, the others follow one by one", () => {
    const until = [
      [0, trouble("usage_limit", "cx-1", 5000)],
      [6000, { type: "time" }],
      [6000, { type: "began", who: "cx-1" }],
    ] satisfies [number, AccountInput][];
    expect(room(play(...until).standing, 6000)).toBe(0);
    const after = play(...until, [6100, { type: "worked", who: "cx-1" }]);
    expect(after.told.at(-1)).toBe("released usage_limit tried");
    expect(room(after.standing, 6100)).toBe(0);
    expect(room(after.standing, 7100)).toBe(1);
    const next = play(...until, [6100, { type: "worked", who: "cx-1" }], [7100, { type: "began", who: "cx-2" }]);
    expect(room(next.standing, 7101)).toBe(0);
    expect(room(next.standing, 8100)).toBe(1);
  });

  test("does not believe one who began before the hold that it is over, or still there", () => {
    const trying: [number, AccountInput][] = [
      [0, trouble("usage_limit", "cx-1", 5000)],
      [6000, { type: "time" }],
      [6000, { type: "began", who: "cx-1" }],
    ];
    expect(phaseOf(...trying, [6001, { type: "worked", who: "cx-9" }])).toBe("trying cx-1");
    expect(phaseOf(...trying, [6001, trouble("usage_limit", "cx-9")])).toBe("trying cx-1");
    expect(phaseOf([0, trouble("usage_limit")], [1, { type: "worked", who: "cx-1" }])).toBe("held");
  });

  test("gives the try to another when the one who has it ends", () => {
    const ended: [number, AccountInput][] = [
      [0, trouble("overload")],
      [20_000, { type: "time" }],
      [20_000, { type: "began", who: "cx-1" }],
      [20_001, { type: "left", who: "cx-2" }],
    ];
    expect(phaseOf(...ended)).toBe("trying cx-1");
    expect(phaseOf(...ended, [20_002, { type: "left", who: "cx-1" }])).toBe("trying nobody");
  });

  test("a second hit shortly after the release waits longer; one much later begins anew", () => {
    const eased: [number, AccountInput][] = [
      [0, trouble("overload")],
      [20_000, { type: "time" }],
      [20_000, { type: "worked", who: "cx-1" }],
    ];
    expect(play(...eased, [21_000, trouble("overload")]).told.at(-1)).toBe("held overload 1 until 51007");
    expect(play(...eased, [99_000, { type: "time" }], [99_000, trouble("overload")]).told.at(-1)).toBe(
      "held overload 0 until 114007",
    );
  });

  test("a more serious trouble takes the place of a hold, a lesser one does not", () => {
    const { told } = play([0, trouble("overload")], [1, trouble("credential")], [2, trouble("usage_limit")]);
    expect(told).toEqual([
      "held overload 0 until 15007",
      "released overload replaced",
      "held credential 0 until 60008",
    ]);
  });

  test("agents that die of one cause are tried again by nobody but the netrunner", () => {
    const { standing } = play([0, trouble("correlated")], [1e12, { type: "time" }]);
    expect(standing.phase).toBe("held");
    expect(nextMoment(standing, 0)).toBeUndefined();
    expect(play([0, trouble("correlated")], [1, { type: "release", how: "netrunner" }]).told.at(-1)).toBe(
      "released correlated netrunner",
    );
  });

  test("whatever happens: never two holds, nobody begins while it is held, and it is open again in the end", () => {
    const who = fc.constantFrom("cx-1", "cx-2", "dm-1");
    const input: fc.Arbitrary<AccountInput> = fc.oneof(
      fc
        .tuple(fc.constantFrom(...accountTroubles), who, fc.option(fc.integer({ min: 0, max: 500_000 })))
        .map(([kind, name, resetsAt]) => trouble(kind, name, resetsAt)),
      who.map((name): AccountInput => ({ type: "worked", who: name })),
      who.map((name): AccountInput => ({ type: "left", who: name })),
      fc.constant<AccountInput>({ type: "time" }),
      fc.constant<AccountInput>({ type: "release", how: "netrunner" }),
    );
    const moment = fc.tuple(fc.integer({ min: 0, max: 90_000 }), fc.oneof(input, fc.constant("begin" as const)));
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 80 }), fc.integer({ min: 0, max: 3000 }), (moments, jitterMs) => {
        let standing: Standing = { phase: "open" };
        let now = 0;
        let open = 0;
        const take = (given: AccountInput): void => {
          const before = isHeld(standing) ? standing.hold : undefined;
          const next = step(standing, given, { now, jitterMs, times });
          for (const effect of next.effects) {
            if (effect.type === "released") open -= 1;
            // A hold that is told again is the same one: its next try has another time.
            else if (before === undefined || before.since !== effect.hold.since || before.kind !== effect.hold.kind)
              open += 1;
          }
          standing = next.standing;
          expect(open).toBe(isHeld(standing) ? 1 : 0);
          expect(standing.phase === "held" && room(standing, now) > 0).toBe(false);
        };
        const pass = (ms: number): void => {
          now += ms;
          take({ type: "time" });
        };
        for (const [ms, given] of moments) {
          pass(ms);
          if (given !== "begin") take(given);
          else if (room(standing, now) > 0) take({ type: "began", who: "cx-3" });
        }
        pass(1e9);
        const who = ["cx-1", "cx-2", "cx-3", "dm-1"];
        if (kindOf(standing) === "correlated") take({ type: "release", how: "netrunner" });
        for (const name of who) take({ type: "left", who: name });
        expect(room(standing, now)).toBeGreaterThan(0);
        take({ type: "began", who: "cx-4" });
        take({ type: "worked", who: "cx-4" });
        pass(1e9);
        expect(standing).toEqual({ phase: "open" });
      }),
      { numRuns: 1000 },
    );
  });
});
