import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { AgentSession, WorkspaceCopy } from "../../../src/drivers/agent.ts";
import { call } from "../../../src/offline/reply.ts";
import { of, openTestDeck, outcomesOf, type TestDeck } from "../../kit/deck.ts";
import { aPacked } from "../../kit/packed.ts";
import { farPlaces, type Far, type FarOptions } from "./far.ts";

const nodeA = { name: "node-a", pool: "big", slots: 5, isUp: true };

/** Ends as usual, and cannot prove it. */
const mute =
  (_place: string, usual: AgentSession["stop"]): AgentSession["stop"] =>
  async (how) => {
    await usual(how);
    return { proven: false, survivors: [] };
  };

const open = (far: Far): Promise<TestDeck> =>
  openTestDeck({
    answer: () => call("Bash", { command: "sleep 300 & wait" }),
    driver: far.driver,
    places: far.places,
  });

async function atWork(kit: TestDeck): Promise<{ afterSeq: number; id: string }> {
  const { afterSeq } = await kit.startTasks(["Work."]);
  const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.tool_called");
  return { afterSeq, id: of(events, "construct.queued")[0]?.body.construct ?? "" };
}

describe("the end of a construct on another place", () => {
  test("is told as not proven, with the name of the place, where that has not proven it", async () => {
    await using kit = await open(farPlaces([nodeA], { here: 0, stop: mute }));
    const { afterSeq, id } = await atWork(kit);
    await kit.deck.send({ type: "construct.kill", construct: id });
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ id, state: "killed" }]);
    expect(outcomesOf(events)[0]?.exit).toMatch(/; on node-a, not proven$/);
    expect(of(events, "deck.warned").map(({ body }) => [body.code, body.message])).toEqual([
      ["stop.unproven", expect.stringContaining(`${id} has left behind on node-a could not be looked at`)],
    ]);
  });

  test("is told as usual where the place has proven it", async () => {
    await using kit = await open(farPlaces([nodeA], { here: 0 }));
    const { afterSeq, id } = await atWork(kit);
    await kit.deck.send({ type: "construct.kill", construct: id });
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events)[0]?.exit).not.toContain("node-a");
    expect(of(events, "deck.warned")).toEqual([]);
  });
});

describe("an eject", () => {
  test("is not proven as long as a place has not proven its own, though nothing is found here", async () => {
    await using kit = await open(farPlaces([nodeA], { here: 0, stop: mute }));
    const { id } = await atWork(kit);
    const { runs } = await kit.deck.send({ type: "eject", reason: "enough" });
    expect(runs).toMatchObject([
      {
        proven: false,
        survivors: [],
        elsewhere: [{ agent: id, place: "node-a" }],
        problems: [`${id} on node-a, not proven`],
      },
    ]);
    expect(readFileSync(runs[0]?.snapshot ?? "", "utf8")).toContain(`${id} on node-a, not proven`);
  });

  test("is proven when the place says that all of it is gone", async () => {
    await using kit = await open(farPlaces([nodeA], { here: 0 }));
    await atWork(kit);
    const { runs } = await kit.deck.send({ type: "eject", reason: "enough" });
    expect(runs).toMatchObject([{ proven: true, elsewhere: [], problems: [] }]);
  });
});

/** Places that give their agents a copy of the workspace, of which nothing comes back before somebody waits for it. */
function farCopies(stop?: NonNullable<FarOptions["stop"]>) {
  const far = farPlaces([nodeA], { here: 0, ...(stop === undefined ? {} : { stop }) });
  const begun = Promise.withResolvers<AbortSignal>();
  const copy: WorkspaceCopy = {
    packed: aPacked,
    lost: undefined,
    async bringBack({ hurry = AbortSignal.any([]) }) {
      begun.resolve(hurry);
      if (!hurry.aborted) await new Promise((resolve) => hurry.addEventListener("abort", resolve));
      return { how: "lost", why: "nobody could wait for it", hint: "It is there." };
    },
  };
  const driver: Far["driver"] = (usual) => ({
    ...usual,
    async open(spec) {
      const session = await far.driver(usual).open(spec);
      if (spec.role.kind !== "worker") return session;
      return new Proxy(session, {
        get: (target, name) => (name === "copy" ? copy : (Reflect.get(target, name) as unknown)),
      });
    },
  });
  return { far: { ...far, driver }, begun: begun.promise };
}

describe("work that comes back from a copy", () => {
  test("is hurried as soon as somebody waits for the end of its construct", async () => {
    const { far, begun } = farCopies();
    await using kit = await open(far);
    const { id } = await atWork(kit);
    await kit.deck.send({ type: "construct.kill", construct: id });
    const hurry = await begun;
    expect(hurry.aborted).toBe(false);
    expect(await kit.deck.send({ type: "host.stop" })).toMatchObject({ proven: true });
    expect(hurry.aborted).toBe(true);
  });

  test("is hurried from the first where somebody waits for the end of its construct before its agent is gone", async () => {
    const gone = Promise.withResolvers<undefined>();
    const { far, begun } = farCopies((_place, usual) => async (how) => {
      await gone.promise;
      return usual(how);
    });
    await using kit = await open(far);
    const { id, afterSeq } = await atWork(kit);
    await kit.deck.send({ type: "construct.kill", construct: id });
    await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ending");
    const stopped = kit.deck.send({ type: "host.stop" });
    await kit.deck.send({ type: "host.status" });
    gone.resolve(undefined);
    expect((await begun).aborted).toBe(true);
    expect(await stopped).toMatchObject({ proven: true });
  });
});
