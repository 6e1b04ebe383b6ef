import { describe, expect, test } from "vitest";
import { watchSilence } from "../../../src/engine/construct/time-limits.ts";
import { ConstructTripwires } from "../../../src/engine/gate/tripwires.ts";
import type { Judged } from "../../../src/engine/gate/judged.ts";
import type { Note } from "../../../src/engine/journal.ts";
import { tripwiresOf } from "../../../src/engine/tripwires/rules.ts";
import { defaultSettings, type RunSettings } from "../../../src/protocol/settings.ts";
import type { AuthoredRecord } from "../../../src/protocol/tripwire.ts";
import { noTokens } from "../../../src/protocol/outcome.ts";
import { handClock } from "../../kit/hand-clock.ts";

function watched(changes: Partial<RunSettings> = {}, rules: AuthoredRecord[] = []) {
  const clock = handClock();
  const told: { type: string; body: object }[] = [];
  const note: Note = (type, body) => told.push({ type, body }) > 0;
  const settings = { ...defaultSettings(2), ...changes };
  const run = tripwiresOf({ settings, view: { rules, muted: [] }, muted: new Set(), clock, note });
  const kills: string[] = [];
  const kill = (cause: string): void => void kills.push(cause);
  const one = (construct: string) => new ConstructTripwires({ construct, run, clock, note, kill });
  return { clock, told, run, settings, kills, one, types: () => told.map(({ type }) => type) };
}

const allowed: Judged = { decision: "allow", rule: "r", reason: "w", effects: [] };
const bash = (command: string, id = "t1") => ({ id, tool: "Bash", input: { command } });
const turn = { status: "ok", ok: true, text: "", errors: [], refused: false, sessionId: "s", turns: 1, queued: 0 };
const ended = (costUsd: number) => ({ type: "turn.ended", turn: { ...turn, costUsd, tokens: noTokens } }) as const;

describe("silence", () => {
  test("is told once, before the idle limit ends the construct, and again only after a sign of life", () => {
    const { clock, told, run, one } = watched({ idle_limit_ms: 60_000 });
    const tripwires = one("cx-1");
    let lastSign = 0;
    const over = new AbortController();
    watchSilence(
      run.silenceMs,
      clock,
      () => lastSign,
      (ms) => tripwires.silent(ms),
      over.signal,
    );
    clock.pass(29_000);
    expect(told).toEqual([]);
    clock.pass(30_000);
    expect(told).toMatchObject([{ type: "tripwire.fired", body: { name: "silence", consequence: "inform" } }]);
    lastSign = clock.monotonic();
    tripwires.see({ type: "said", text: "Still here." });
    clock.pass(70_000);
    expect(told).toHaveLength(2);
    over.abort();
    clock.pass(1_000_000);
    expect(told).toHaveLength(2);
  });

  test("counts from the last sign of life, not from the start", () => {
    const clock = handClock();
    const told: number[] = [];
    let lastSign = 0;
    watchSilence(
      100,
      clock,
      () => lastSign,
      (ms) => told.push(ms),
      new AbortController().signal,
    );
    clock.pass(90);
    lastSign = 90;
    clock.pass(90);
    expect(told).toEqual([]);
    clock.pass(10);
    expect(told).toEqual([100]);
  });
});

describe("a construct's tripwires", () => {
  test("hold what comes after too steep a cost, and tell it once", () => {
    const { one, told } = watched();
    const tripwires = one("cx-1");
    for (const usd of [1, 9, 30]) tripwires.see(ended(usd));
    expect(told.map(({ body }) => body)).toMatchObject([{ name: "cost-slope", call: null, consequence: "hold" }]);
    expect(tripwires.stage(bash("ls"), allowed)).toMatchObject([{ decision: "hold", rule: "tripwire.cost-slope" }]);
  });

  test("are forgotten by nobody's else call: another construct's next call is free", () => {
    const { one } = watched();
    const [first, second] = [one("cx-1"), one("cx-2")];
    for (const usd of [1, 9, 30]) first.see(ended(usd));
    expect(second.stage(bash("ls"), allowed)).toEqual([]);
    expect(first.stage(bash("ls"), allowed)).toHaveLength(1);
  });

  test("hold the next call until it is over, and not the one after", () => {
    const { one } = watched();
    const tripwires = one("cx-1");
    for (const usd of [1, 9, 30]) tripwires.see(ended(usd));
    tripwires.see({ type: "tool.called", id: "t1", tool: "Bash", input: {} });
    tripwires.see({ type: "tool.called", id: "t2", tool: "Bash", input: {} });
    expect(tripwires.stage(bash("ls a", "t1"), allowed)).toHaveLength(1);
    tripwires.see({ type: "tool.returned", id: "t1", failed: true, text: "denied" });
    expect(tripwires.stage(bash("ls b", "t2"), allowed)).toHaveLength(1);
    tripwires.see({ type: "tool.returned", id: "t2", failed: true, text: "denied" });
    expect(tripwires.stage(bash("ls c", "t3"), allowed)).toEqual([]);
  });

  test("go by the tier in force at the call: what was to be held passes once the tier is yolo", () => {
    const { one, settings, kills } = watched();
    const tripwires = one("cx-1");
    for (const usd of [1, 9, 30]) tripwires.see(ended(usd));
    settings.brake = "yolo";
    expect(tripwires.stage(bash("reboot"), allowed)).toEqual([]);
    expect(kills).toEqual([]);
    settings.brake = "default";
    expect(tripwires.stage(bash("reboot", "t2"), allowed)).toMatchObject([{ decision: "deny" }]);
    expect(kills).toEqual(["tripwire:host-restart"]);
  });

  test("deny where one would kill and another one would hold, and the cause is the one that kills", () => {
    const { one, kills, types } = watched();
    const call = bash('sqlite3 a.db "DROP TABLE plants"; reboot');
    expect(one("cx-1").stage(call, allowed)).toMatchObject([{ decision: "deny", rule: "tripwire.host-restart" }]);
    expect(kills).toEqual(["tripwire:host-restart"]);
    expect(types()).toEqual(["tripwire.fired", "tripwire.fired"]);
  });

  test("that fire together each hold the call by themselves, so that all of them are on the record", () => {
    const { one } = watched({ my_email: "mira@garden.example" });
    const call = bash('sqlite3 a.db "DROP TABLE plants" # mira@garden.example');
    expect(
      one("cx-1")
        .stage(call, allowed)
        .map(({ rule }) => rule),
    ).toEqual(["tripwire.destructive-sql", "tripwire.user-email"]);
  });

  test("say once in a run what they have not seen, whoever it was", () => {
    const { one, told } = watched();
    const large = { type: "tool.returned", id: "t1", failed: false, text: "x".repeat(500_000) } as const;
    for (const id of ["cx-1", "cx-2"]) for (let n = 0; n < 3; n += 1) one(id).see(large);
    expect(told).toMatchObject([{ type: "deck.warned", body: { code: "tripwire.partial" } }]);
  });

  test("do not break at an input that cannot be read, and say that they have not seen it", () => {
    const { one, told, types } = watched();
    const input = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no keys");
        },
      },
    );
    expect(() => one("cx-1").stage({ id: "t1", tool: "Bash", input }, allowed)).not.toThrow();
    expect(types()).toContain("deck.warned");
    expect(JSON.stringify(told)).toContain("too large");
  });

  test("keep the outcome short, however often they fire", () => {
    const { one, types } = watched();
    const tripwires = one("cx-1");
    for (let n = 0; n < 50; n += 1) tripwires.stage(bash(`sqlite3 a.db "DROP TABLE t${n}"`, `t${n}`), allowed);
    expect(types()).toHaveLength(50);
    expect(tripwires.fired).toHaveLength(20);
  });
});

describe("rules for a changed goal", () => {
  const touching: AuthoredRecord = {
    name: "goal/no-touching",
    severity: "warning",
    field: "command",
    pattern: String.raw`\btouch\b`,
    message: "This goal is about looking, not about touching.",
  };

  test("are rehearsed on what the constructs have done lately, and one that would have fired often is refused", () => {
    const { one, run } = watched();
    expect(run.adopt({ rules: [touching] }).proposed).toHaveLength(1);
    run.adopt({ rules: [] });
    for (let n = 0; n < 4; n += 1) one(`cx-${n}`).stage(bash(`touch ${n}`, `t${n}`), allowed);
    expect(run.adopt({ rules: [touching] }).refused[0]?.reason).toMatch(/more than 3 recent/);
    expect(run.rules().authored).toEqual([]);
  });

  test("take the place of the earlier ones, and leave the shipped ones as they are", () => {
    const { run } = watched();
    const before = run.rules().shipped;
    run.adopt({ rules: [touching] });
    run.adopt({
      rules: [{ ...touching, name: "goal/no-moving", pattern: String.raw`\bmv\b` }, { name: "host-restart" }],
    });
    expect(run.rules().authored.map(({ name }) => name)).toEqual(["goal/no-moving"]);
    expect(run.rules().shipped).toEqual(before);
  });

  test("that an earlier deck has admitted and this one does not are told once, and the others are in force", () => {
    const { one, told, run } = watched({}, [touching, { ...touching, name: "goal/slow", pattern: "(a+)+$" }]);
    one("cx-1").stage(bash("touch a"), allowed);
    one("cx-2").stage(bash("ls"), allowed);
    expect(run.rules().authored.map(({ name }) => name)).toEqual([touching.name]);
    expect(told.map(({ body }) => body)).toMatchObject([{ code: "tripwire.dropped" }, { name: touching.name }]);
  });

  test("have no place for a number of them that nobody could oversee", () => {
    const { run } = watched();
    const many = Array.from({ length: 9 }, (_, n) => ({ ...touching, name: `goal/rule-${"x".repeat(n + 1)}` }));
    expect(run.adopt({ rules: many }).proposed).toHaveLength(5);
  });
});
