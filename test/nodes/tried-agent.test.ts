import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { triedAgent } from "../../src/nodes/node/tried-agent.ts";
import { eventually } from "../kit/deck.ts";
import { handClock } from "../kit/hand-clock.ts";
import { puppet } from "./kit/puppet.ts";
import { specOf } from "./kit/spec.ts";

/** A driver whose agent is tried before each opening, with these results one after the other. */
function scene(...results: (boolean | Error)[]) {
  const done: string[] = [];
  const left = [...results];
  const clock = handClock();
  const over = new AbortController();
  const agent = triedAgent({
    driver: {
      open(asked) {
        done.push(`opened ${asked.id}`);
        return puppet().open(asked);
      },
    },
    async trial() {
      const result = left.shift() ?? new Error("nobody asks so often");
      if (result instanceof Error) throw result;
      done.push(result ? "passed" : "failed");
      const of = { agent: "/bin/claude", version: "2.1.0" };
      return result
        ? { ...of, passed: true, durationMs: 1 }
        : { ...of, passed: false, problem: "it ran what was denied" };
    },
    onChange: (unfit) => void done.push(unfit === null ? "fit" : "unfit"),
    over: over.signal,
    clock,
    againMs: 1000,
  });
  return { agent, done, clock, over };
}

describe("an agent that was replaced under a node", () => {
  test("is tried before each session, and gets none when it does not keep to the gate", async () => {
    const { agent, done } = scene(true, true, false);
    await agent.open(specOf("cx-1"));
    await agent.open(specOf("cx-2"));
    expect(agent.unfit).toBeNull();
    // Of this kind is what another machine may have: there it is tried next.
    await expect(agent.open(specOf("cx-3"))).rejects.toMatchObject({
      kind: "setup",
      code: "agent.canary",
      message: expect.stringContaining("it ran what was denied"),
    });
    expect(agent.unfit).toContain("it ran what was denied");
    expect(done).toEqual(["passed", "opened cx-1", "passed", "opened cx-2", "failed", "unfit"]);
  });

  test("gets nothing either when it cannot be tried", async () => {
    const { agent, done } = scene(new Error("the trial did not end"));
    await expect(agent.open(specOf("cx-1"))).rejects.toMatchObject({
      kind: "setup",
      message: expect.stringContaining("the trial did not end"),
    });
    expect(done).toEqual(["unfit"]);
  });

  test("is tried once for all who come at the same time, and not again for each who comes later", async () => {
    const { agent, done } = scene(false, true);
    const all = await Promise.allSettled(["cx-1", "cx-2", "cx-3"].map((id) => agent.open(specOf(id))));
    expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await expect(agent.open(specOf("cx-4"))).rejects.toMatchObject({ code: "agent.canary" });
    expect(done).toEqual(["failed", "unfit"]);
  });

  test("is tried again by itself until it passes, and then gets work again", async () => {
    const { agent, done, clock } = scene(false, false, true, true);
    await expect(agent.open(specOf("cx-1"))).rejects.toMatchObject({ code: "agent.canary" });
    clock.pass(1000);
    await agent.settled();
    clock.pass(1000);
    await eventually(() => agent.unfit === null, "it has passed");
    await agent.open(specOf("cx-2"));
    expect(done).toEqual(["failed", "unfit", "failed", "passed", "fit", "passed", "opened cx-2"]);
  });

  test("is not tried any more when its node has ended", async () => {
    const { agent, done, clock, over } = scene(false, true);
    await expect(agent.open(specOf("cx-1"))).rejects.toMatchObject({ code: "agent.canary" });
    over.abort();
    clock.pass(1000);
    await nextTurn();
    expect(done).toEqual(["failed", "unfit"]);
  });
});
