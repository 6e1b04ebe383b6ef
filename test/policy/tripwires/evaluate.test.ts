import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authoredTime, evaluate } from "../../../src/policy/tripwires/evaluate.ts";
import type { Observation } from "../../../src/policy/tripwires/observation.ts";
import { freshState, mostRemembered } from "../../../src/policy/tripwires/state.ts";
import { severities } from "../../../src/protocol/tripwire.ts";
import { consequenceOf, worstOf, type Tripwire } from "../../../src/policy/tripwires/tripwire.ts";
import { bash, call, firedAlong, firedAt, follow, result, rules, said } from "./watch.ts";

const rule = (name: string, changes: Partial<Tripwire> = {}): Tripwire => ({
  name,
  severity: "low",
  watches: ["call"],
  message: "for a test",
  check: () => ({ found: "it" }),
  ...changes,
});

const failing = rule("failing", {
  severity: "critical",
  watches: ["call", "text"],
  check() {
    throw new Error("broken rule");
  },
});

const hostile: Observation[] = [
  call("Bash", undefined),
  call("Bash", { command: 7 }),
  call("", Object.create(null)),
  call("Edit", {
    get old_string(): string {
      throw new Error("no");
    },
  }),
  call("Edit", new Proxy({}, { ownKeys: () => ["a", "a"] })),
  call(
    "mcp__x__y",
    Array.from({ length: 100_000 }, () => ["drop table x"]),
  ),
  call("Write", { content: "x".repeat(3_000_000) }),
  call("Bash", { command: `psql -c "${"delete from ".repeat(100_000)}"` }),
  call("Bash", { command: `${"sudo ".repeat(50_000)}${"'\"".repeat(50_000)}` }),
  call("Bash", { command: "cat <<E\n".repeat(20_000) }),
  result("-----BEGIN ".repeat(50_000)),
  result("token=".repeat(100_000)),
  said("\ud800".repeat(100_000)),
  { kind: "cost", at: Number.NaN, usd: Number.POSITIVE_INFINITY },
  { kind: "silence", at: 0, ms: Number.NEGATIVE_INFINITY },
];

describe("an evaluation", () => {
  it("names the call that stops, and no call where none fired", () => {
    const [firing] = evaluate(rules, freshState, call("Bash", { command: "reboot" }, "toolu_9")).firings;
    expect(firing).toMatchObject({ rule: "host-restart", severity: "critical", call: "toolu_9", found: "reboot" });
    const silent = evaluate(rules, freshState, { kind: "silence", at: 0, ms: 1e9 }).firings;
    expect(silent).toMatchObject([{ rule: "silence", call: null }]);
  });

  it("leaves the state that it was given as it was", () => {
    const before = structuredClone(freshState);
    follow([bash("a"), result("", true), bash("a")]);
    expect(freshState).toEqual(before);
  });

  it("does not ask a muted rule, and asks the others", () => {
    const muted = { ...rules, muted: new Set(["host-restart"]) };
    expect(firedAt(bash("reboot; psql -c 'drop table x'"), muted)).toEqual(["destructive-sql"]);
  });

  it("holds a call that a shipped rule failed to look at, and says so", () => {
    const evaluation = evaluate({ ...rules, shipped: [failing] }, freshState, bash("ls"));
    expect(evaluation.firings).toMatchObject([{ rule: "failing", severity: "warning", found: /broken rule/ }]);
    expect(evaluation.skipped).toMatchObject([{ rule: "failing" }]);
  });

  it("only reports when an authored rule fails, or a shipped one on something that is no call", () => {
    const authored = evaluate({ ...rules, authored: [failing] }, freshState, bash("ls"));
    expect(authored).toMatchObject({ firings: [], skipped: [{ rule: "failing" }] });
    const shipped = evaluate({ ...rules, shipped: [failing] }, freshState, said("ls"));
    expect(shipped).toMatchObject({ firings: [], skipped: [{ rule: "failing" }] });
  });

  it("gives authored rules a time for all of them together, and shipped rules theirs in any case", () => {
    let now = 0;
    const authored = ["goal/one", "goal/two", "goal/three"].map((name) => rule(name));
    const slow = { ...rules, authored, monotonic: () => (now += authoredTime / 2) };
    const evaluation = evaluate(slow, freshState, bash("reboot"));
    expect(evaluation.firings.map((firing) => firing.rule)).toEqual(["host-restart", "goal/one"]);
    expect(evaluation.skipped.map((skipped) => skipped.rule)).toEqual(["goal/two", "goal/three"]);
  });

  it("never lets an authored rule stand in for a shipped one, nor more than five of them in", () => {
    const impostor = rule("host-restart", { check: () => undefined });
    expect(firedAt(bash("reboot"), { ...rules, authored: [impostor] })).toEqual(["host-restart"]);
    expect(firedAt(bash("ls"), { ...rules, authored: [rule("host-restart")] })).toEqual([]);
    const many = Array.from({ length: 9 }, (_, index) => rule(`goal/${index}`));
    expect(firedAt(bash("ls"), { ...rules, authored: many })).toHaveLength(5);
  });

  it("tells a latched rule when its condition begins, once", () => {
    const latched = rule("latched", {
      latched: true,
      check: (seen) => (seen.kind === "call" && seen.tool === "Bash" ? { found: "it" } : undefined),
    });
    const set = { ...rules, shipped: [latched] };
    const along = [bash("a"), bash("b"), said("c"), bash("d"), call("Read", {}), bash("e")];
    expect(firedAlong(along, set)).toEqual([["latched"], [], [], [], [], ["latched"]]);
  });
});

describe("whatever is observed", () => {
  it("says when it was too large, or too strange, to be seen as a whole", () => {
    const partial = hostile.map((observation) => evaluate(rules, freshState, observation).partial);
    expect(partial.flatMap((is, at) => (is ? [at] : []))).toEqual([3, 4, 5, 6, 7, 10, 11]);
    expect(evaluate(rules, freshState, bash("ls")).partial).toBe(false);
  });

  it("nothing is thrown, and hostile sizes and shapes are looked at all the same", () => {
    for (const observation of hostile) expect(evaluate(rules, freshState, observation).skipped).toEqual([]);
  });

  const text = fc.oneof(fc.string(), fc.constantFrom("reboot", "psql -c 'drop table a'", "npm test"));
  const id = fc.constantFrom("a", "b", "c");
  const at = fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.double());
  const input = fc.oneof(fc.anything(), fc.record({ command: text, old_string: text, new_string: text }));
  const tool = fc.constantFrom("Bash", "Edit", "Write", "Read", "mcp__db__query", "toString");
  const observations: fc.Arbitrary<Observation> = fc.oneof(
    fc.record({ kind: fc.constant("call" as const), at, call: id, tool, input }),
    fc.record({ kind: fc.constant("result" as const), at, call: id, failed: fc.boolean(), text }),
    fc.record({ kind: fc.constant("text" as const), at, text }),
    fc.record({ kind: fc.constant("cost" as const), at, usd: fc.double() }),
    fc.record({ kind: fc.constant("silence" as const), at, ms: fc.double() }),
  );

  it("no rule fails", () => {
    const outcome = fc.check(
      fc.property(fc.array(observations, { maxLength: 20 }), (list) =>
        follow(list).every((evaluation) => evaluation.skipped.length === 0),
      ),
      { numRuns: 500 },
    );
    expect(outcome).toMatchObject({ failed: false, counterexample: null });
  });

  it("the state stays bounded over ten thousand observations that are all different", () => {
    const many = function* (): Generator<Observation> {
      for (let n = 0; n < 2000; n += 1) {
        yield call("Bash", { command: `try ${n}` }, `c${n}${"x".repeat(1000)}`);
        yield call("Edit", { file_path: "a", old_string: `${n}`, new_string: "b" }, `e${n}`);
        yield result(`token: q7Zp2Lx9Wv4Tn8Rk3Bd6Hs1Yc${n}q`, true, n % 2 === 0 ? `e${n}` : `c${n}`);
        yield result("", true, `c${n}${"x".repeat(1000)}`);
        yield { kind: "cost", at: n * 900, usd: n / 1000 };
      }
    };
    let state = freshState;
    const longest: Record<string, number> = {};
    for (const observation of many()) {
      ({ state } = evaluate(rules, state, observation));
      for (const [name, list] of Object.entries(state)) longest[name] = Math.max(longest[name] ?? 0, list.length);
    }
    for (const [name, most] of Object.entries(mostRemembered)) expect(longest[name]).toBeLessThanOrEqual(most);
    expect(JSON.stringify(state).length).toBeLessThan(40_000);
  });
});

describe("the severity of several firings", () => {
  const firings = fc.array(fc.record({ severity: fc.constantFrom(...severities) }), { maxLength: 8 });

  it("is the worst, in whatever order they come", () => {
    const outcome = fc.check(
      fc.property(firings, fc.infiniteStream(fc.nat()), (list, keys) => {
        const shuffled = list.map((item) => ({ item, key: keys.next().value })).sort((a, b) => a.key - b.key);
        const worst = worstOf(list);
        return (
          worst === worstOf(shuffled.map(({ item }) => item)) &&
          list.every(({ severity }) => worst !== undefined && severities.indexOf(severity) <= severities.indexOf(worst))
        );
      }),
    );
    expect(outcome).toMatchObject({ failed: false, counterexample: null });
    expect(worstOf([])).toBeUndefined();
  });

  it("decides what follows: low informs, warning holds, critical kills, and in yolo all only inform", () => {
    expect(consequenceOf([], "default")).toBe("none");
    expect(consequenceOf([{ severity: "low" }], "default")).toBe("inform");
    expect(consequenceOf([{ severity: "low" }, { severity: "warning" }], "paranoid")).toBe("hold");
    expect(consequenceOf([{ severity: "critical" }, { severity: "warning" }], "default")).toBe("kill");
    expect(consequenceOf([{ severity: "critical" }], "yolo")).toBe("inform");
  });
});
