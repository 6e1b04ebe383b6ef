import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { gateOf, type Stage } from "../../src/engine/gate/gate.ts";
import { Holds } from "../../src/engine/gate/holds.ts";
import { newStanding } from "../../src/engine/gate/standing.ts";
import { foundOf } from "../../src/engine/gate/found.ts";
import { judging } from "../../src/nodes/host/judging.ts";
import type { Bidding } from "../../src/nodes/wire/letters.ts";
import type { Judgement } from "../../src/protocol/verdict.ts";
import { eventually } from "../kit/deck.ts";
import { foundTo } from "./kit/finds.ts";

const held: Judgement = { decision: "hold", rule: "publish", reason: "it publishes" };

/** A real gate whose netrunner allows whatever is held, behind what a node asks; in the middle of that the policy may change. */
function scene(meanwhile: () => void = () => undefined) {
  const at = { policy: "p-1", against: undefined as Judgement | undefined };
  const asked: string[] = [];
  const bidden: Bidding[] = [];
  const standing = newStanding();
  const holds: Holds = new Holds({
    clock: systemClock,
    windowMs: () => 60_000,
    note: () => (type, body) => {
      if (type === "hold.opened") {
        asked.push(String(Reflect.get(body, "rule")));
        setImmediate(() => {
          at.policy = "p-2";
          meanwhile();
          holds.answer(String(Reflect.get(body, "hold")), "allow", undefined);
        });
      }
      return true;
    },
  });
  const stage: Stage = () => at.against;
  const gate = gateOf({
    construct: "cx-1",
    workspace: "/",
    clock: systemClock,
    task: "a task",
    holds,
    standing,
    stages: [stage],
    judge: (call) => foundOf(call)?.judged ?? { ...held, decision: "deny", effects: [] },
    note: () => true,
    onDenial: () => undefined,
    onJudged: () => undefined,
    onHold: () => undefined,
    kill: () => undefined,
    turnOf: () => 1,
  });
  const judge = judging({ gate, policy: () => at.policy, bid: (bidding) => bidden.push(bidding) });
  const call = { id: "t-1", tool: "Bash", input: { command: "npm publish" } };
  const ask = (number: number, policy: string, judgement: Judgement = held): Promise<void> =>
    judge({ type: "asks", ask: number, call, found: foundTo(judgement), policy });
  return { at, asked, bidden, standing, ask };
}

describe("a call on a node that was held while the policy was changed", () => {
  test("is sent back, and runs without the netrunner being asked once more where the node finds the same", async () => {
    const { asked, bidden, ask } = scene();
    await ask(1, "p-1");
    await ask(2, "p-2");
    expect(bidden).toMatchObject([
      { type: "judge_again", ask: 1, policy: "p-2" },
      { type: "verdict", ask: 2, verdict: { decision: "allow", rule: "hold.allowed" } },
    ]);
    expect(asked).toEqual(["publish"]);
  });

  test("is put before the netrunner again where it is held for another reason", async () => {
    const { asked, bidden, ask } = scene();
    await ask(1, "p-1");
    await ask(2, "p-2", { ...held, rule: "delete.outside" });
    expect(asked).toEqual(["publish", "delete.outside"]);
    expect(bidden.at(-1)).toMatchObject({ type: "verdict", verdict: { decision: "allow" } });
  });

  test("is denied where something else is against it by then, though the node finds the same", async () => {
    const { at, bidden, ask } = scene();
    await ask(1, "p-1");
    at.against = { decision: "deny", rule: "airgap", reason: "there is no network" };
    await ask(2, "p-2");
    expect(bidden.at(-1)).toMatchObject({ type: "verdict", ask: 2, verdict: { decision: "deny", rule: "airgap" } });
  });

  test("is denied once its construct is being ended, and waits while that is paused", async () => {
    const paused = scene();
    await paused.ask(1, "p-1");
    paused.standing.pause();
    const asking = paused.ask(2, "p-2");
    await eventually(() => paused.asked.length === 1, "it was asked");
    expect(paused.bidden.length).toBe(1);
    paused.standing.open();
    await asking;
    expect(paused.bidden.at(-1)).toMatchObject({ verdict: { decision: "allow" } });
    const ended = scene();
    await ended.ask(1, "p-1");
    ended.standing.end();
    await ended.ask(2, "p-2");
    expect(ended.bidden.at(-1)).toMatchObject({ verdict: { decision: "deny", rule: "construct.ending" } });
  });
});
