import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admitAuthored, type AuthoringLimits } from "../../../src/policy/tripwires/authored.ts";
import { compileBounded } from "../../../src/policy/tripwires/bounded-pattern.ts";
import type { Observation } from "../../../src/policy/tripwires/observation.ts";
import { proposalSchema } from "../../../src/policy/tripwires/proposal.ts";
import { shippedNames } from "../../../src/policy/tripwires/shipped.ts";
import { bash, call, firedAt, result, rules, said } from "./watch.ts";

const limits: AuthoringLimits = {
  compile: compileBounded,
  monotonic: () => 0,
  mayBeCritical: false,
  mostRehearsed: 2,
  rehearsalTime: 50,
};

const good = {
  name: "goal/no-publish",
  severity: "warning",
  field: "command",
  pattern: String.raw`\bnpm\s+publish\b`,
  message: "The goal is to prepare a release, not to publish it.",
};

const admit = (changes: Record<string, unknown>, recent: Observation[] = [], bounds = limits) =>
  admitAuthored({ rules: [{ ...good, ...changes }] }, recent, bounds);

const reasonFor = (changes: Record<string, unknown>, recent: Observation[] = [], bounds = limits): string | undefined =>
  admit(changes, recent, bounds).refused[0]?.reason;

const fired = (changes: Record<string, unknown>, observation: Observation): string[] =>
  firedAt(observation, { ...rules, authored: admit(changes).admitted });

describe("an authored rule", () => {
  it("fires on what it names and on nothing else", () => {
    expect(proposalSchema.safeParse({ rules: [good] }).success).toBe(true);
    expect(fired({}, bash("npm  publish"))).toEqual(["goal/no-publish"]);
    expect(fired({}, bash("npm pack"))).toEqual([]);
    expect(fired({}, call("Write", { content: "npm publish" }))).toEqual([]);
    expect(fired({}, said("npm publish"))).toEqual([]);
    expect(fired({ field: "input" }, call("Write", { content: ["a", { b: "npm publish" }] }))).toEqual([good.name]);
    expect(fired({ field: "result" }, result("npm publish"))).toEqual([good.name]);
    expect(fired({ field: "said" }, said("npm publish"))).toEqual([good.name]);
    expect(fired({ tools: ["PowerShell"] }, bash("npm publish"))).toEqual([]);
  });

  it.each([
    ["without the namespace", { name: "no-publish" }, /goal\//],
    ["with the name of a shipped rule", { name: "host-restart" }, /goal\//],
    ["that looks like a shipped rule", { name: "goal/host-restart" }, /shipped/],
    ["with a name that is more than a name", { name: "goal/a b\n" }, /goal\//],
    ["that would kill", { severity: "critical" }, /critical/],
    ["of a severity that there is not", { severity: "fatal" }, /severity/],
    ["for a field that there is not", { field: "thoughts" }, /field/],
    ["with a field too many", { origin: "shipped" }, /origin/],
    ["whose pattern is too long", { pattern: "a".repeat(300) }, /pattern/],
    ["whose pattern could be slow", { pattern: "(a+)+$" }, /pattern/],
    ["whose pattern is broken", { pattern: "(abc" }, /pattern/],
    ["that matches the empty text", { pattern: "a?b?" }, /everything/],
    ["without words for the netrunner", { message: " " }, /message/],
    ["for no tool at all", { tools: [] }, /tools/],
  ])("is refused %s", (_, changes, reason) => {
    expect(admit(changes).admitted).toEqual([]);
    expect(reasonFor(changes)).toMatch(reason);
  });

  it("may be critical only where that was stated", () => {
    expect(admit({ severity: "critical" }, [], { ...limits, mayBeCritical: true }).admitted).toHaveLength(1);
  });

  it("is refused when it would have fired on more recent observations than it may", () => {
    const recent = [bash("npm publish"), bash("npm test"), said("npm publish"), bash("npm publish")];
    expect(admit({}, recent).admitted).toHaveLength(1);
    expect(reasonFor({}, [...recent, bash("npm publish")])).toMatch(/more than 2 recent/);
  });

  it("is refused when its rehearsal takes longer than it may", () => {
    let now = 0;
    const slow = { ...limits, monotonic: () => (now += 30) };
    expect(reasonFor({}, [bash("a"), bash("b"), bash("c")], slow)).toMatch(/50 ms/);
  });

  it("is refused when the engine behind its pattern throws", () => {
    const compile = (): never => {
      throw new Error("engine gone");
    };
    expect(reasonFor({}, [], { ...limits, compile })).toMatch(/engine gone/);
  });
});

describe("a proposal", () => {
  it("costs only its bad rules", () => {
    const outcome = admitAuthored({ rules: [good, 7, { ...good, name: "goal/second", severity: "low" }] }, [], limits);
    expect(outcome.admitted.map((rule) => rule.name)).toEqual(["goal/no-publish", "goal/second"]);
    expect(outcome.refused).toMatchObject([{ name: "rule 2" }]);
  });

  it("yields at most five rules, each with a name of its own, and says what was left out", () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ ...good, name: `goal/rule-${index}` }));
    const outcome = admitAuthored({ rules: [good, good, ...many] }, [], limits);
    expect(outcome.admitted).toHaveLength(5);
    expect(outcome.refused.map(({ reason }) => reason).join("\n")).toMatch(/same name[^]*at most 5[^]*first 20 of 32/);
  });

  it.each([[undefined], [null], ["rules"], [[good]], [{ rules: "all" }], [{}]])(
    "that is %j is refused whole",
    (value) => {
      expect(admitAuthored(value, [], limits)).toMatchObject({ admitted: [], refused: [{ name: "proposal" }] });
    },
  );

  it("never throws and never yields a shipped name, whatever it is", () => {
    const name = fc.oneof(fc.constantFrom(...shippedNames), fc.string()).map((text) => `goal/${text}`);
    const rule = fc.record({
      name: fc.oneof(name, fc.constantFrom(...shippedNames), fc.anything()),
      severity: fc.constantFrom("low", "warning", "critical", 3),
      field: fc.constantFrom("command", "input", "result", "said", "x"),
      pattern: fc.oneof(fc.string(), fc.constant(good.pattern), fc.anything()),
      message: fc.oneof(fc.string(), fc.constant(good.message)),
    });
    const outcome = fc.check(
      fc.property(fc.oneof(fc.anything(), fc.record({ rules: fc.array(fc.oneof(rule, fc.anything())) })), (value) => {
        const { admitted } = admitAuthored(value, [bash("x")], limits);
        return (
          admitted.length <= 5 &&
          admitted.every(({ name: given, severity }) => {
            return given.startsWith("goal/") && !shippedNames.has(given.slice(5)) && severity !== "critical";
          })
        );
      }),
      { numRuns: 1000 },
    );
    expect(outcome).toMatchObject({ failed: false, counterexample: null });
  });
});
