import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { lostCode, type AgentSession } from "../../../src/drivers/agent.ts";
import { heading } from "../../../src/protocol/briefing.ts";
import { block, say } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { daemonRequests, leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { farPlaces } from "../places/far.ts";
import { shortTimes } from "./times.ts";

const tasks = Array.from({ length: 6 }, (_, n) => `Task ${n}.`);

/** An agent that dies at once; the daemon, if there is one, is the real one. */
const diesAtOnce = join(import.meta.dirname, "../../cabinet/dies-at-once.mjs");

describe("constructs that die of one cause", () => {
  test("stop the starts after the third, once; the queue is kept until the netrunner says so", async () => {
    await using kit = await openTestDeck({
      claudeBin: diesAtOnce,
      accountTimes: shortTimes,
      settings: { max_concurrent: 1 },
    });
    const { deck, settings } = kit;
    const opened = await deck.send({ type: "spawn", tasks, settings, command_line: [] });
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "attention.raised");
    expect(of(before, "construct.started").length).toBe(3);
    expect(of(before, "account.held")[0]?.body).toMatchObject({ kind: "correlated", retry_at: null });
    expect(of(before, "attention.raised")[0]?.body.text).toContain("crash");
    const { hold } = await deck.send({ type: "account.status" });
    expect(hold?.reason).toContain(outcomesOf(before)[0]?.id);
    const view = await deck.snapshot();
    expect(Object.values(view?.constructs ?? {}).filter(({ state }) => state === "queued").length).toBe(3);
    await deck.send({ type: "account.release" });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ cause }) => cause)).toEqual(tasks.map(() => "crash"));
    expect(of(events, "account.held").length).toBe(2);
    expect(leftOf(events)).toEqual([]);
  });

  test("are left in the queue by a run that is stopped, which a later deck takes up without the hold", async () => {
    let folder = "";
    let run = "";
    {
      await using kit = await openTestDeck({ claudeBin: diesAtOnce, settings: { max_concurrent: 1 }, keep: true });
      folder = kit.folder;
      const { deck, settings } = kit;
      const opened = await deck.send({ type: "spawn", tasks, settings, command_line: [] });
      run = opened.run;
      await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "attention.raised");
      await deck.send({ type: "stop", status: "paused", reason: "later", force: false });
      await kit.untilClosed(opened.afterSeq);
    }
    await using kit = await openTestDeck({ answer: () => say("Well."), folder });
    expect(await kit.deck.send({ type: "account.status" })).toEqual({ hold: null, on_nodes: [] });
    const resumed = await kit.resume(run);
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done"]);
  });

  test("are told to the daemon, which goes on thinking, and whose spawns wait", async () => {
    await using kit = await openTestDeck({
      settings: { max_concurrent: 1 },
      accountTimes: shortTimes,
      answer(request) {
        if (!isDaemon(request)) return say("Not reached.");
        if (request.lastUserText.includes(heading.goal))
          return block({ actions: tasks.slice(0, 4).map((task) => ({ type: "spawn", task })), status: "waiting" });
        return request.lastUserText.includes(heading.account)
          ? block({ chat: "I see.", status: "waiting" })
          : block({ status: "waiting" });
      },
      driver: (usual) => ({
        ...usual,
        open: (spec) =>
          spec.role.kind === "coordinator" ? usual.open(spec) : Promise.reject(new Error("no such program")),
      }),
    });
    const opened = await kit.startGoal("Go.");
    const events = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "daemon.chat");
    expect(outcomesOf(events).map(({ cause }) => cause)).toEqual(["spawn", "spawn", "spawn"]);
    expect(daemonRequests(kit.api).at(-1)?.lastUserText).toContain("no further construct starts");
    const view = await kit.deck.snapshot();
    expect(Object.values(view?.constructs ?? {}).map(({ state }) => state)).toEqual([
      "failed",
      "failed",
      "failed",
      "queued",
    ]);
    expect(view?.account?.kind).toBe("correlated");
    await kit.deck.send({ type: "stop", status: "stopped", reason: "seen", force: false });
    await kit.untilClosed(opened.afterSeq);
  });

  test("are no such cause where no machine was to be had for them", async () => {
    const why = { hint: "Wait." };
    const faults = [
      new Fault("setup", "nodes.no_room", "There is no place for the session: the link to the hub is down.", why),
      new Fault("setup", "hub.down", "the link to the hub is down", why),
      new Fault("agent", lostCode, "The agent was lost while it was opened.", why),
    ];
    for (const fault of faults) {
      await using kit = await openTestDeck({
        settings: { max_concurrent: 1 },
        driver: (usual) => ({ ...usual, open: () => Promise.reject(fault) }),
      });
      const { afterSeq } = await kit.startTasks(tasks.slice(0, 4));
      // The hold, too, would be the last that happens by itself.
      const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "run.closed" || type === "account.held");
      expect(of(events, "account.held")).toEqual([]);
      expect(outcomesOf(events).map(({ cause, lost }) => [cause, lost])).toEqual(
        Array.from({ length: 4 }, () => ["spawn", true]),
      );
    }
  });

  test("are no such cause where their machine was lost once too often", async () => {
    const far = farPlaces([{ name: "node-a", pool: "big", slots: 5, isUp: true }], { here: 0 });
    const lost: Partial<AgentSession> = {
      closed: Promise.resolve({ how: "lost", reason: "node-a is not heard any more", stderr: "" }),
      events: {
        async *[Symbol.asyncIterator]() {
          // Nothing is heard of it.
        },
      },
    };
    await using kit = await openTestDeck({
      settings: { max_concurrent: 4 },
      places: far.places,
      driver: (usual) => ({
        ...usual,
        async open(spec) {
          const session = await far.driver(usual).open(spec);
          const stop: AgentSession["stop"] = async (how) => {
            await session.stop(how);
            return { proven: false, survivors: [] };
          };
          const told = { ...lost, stop };
          return new Proxy(session, {
            get: (target, name) => Reflect.get(Object.hasOwn(told, name) ? told : target, name) as unknown,
          });
        },
      }),
    });
    const { afterSeq } = await kit.startTasks(tasks.slice(0, 4));
    const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "run.closed" || type === "account.held");
    expect(of(events, "account.held")).toEqual([]);
    expect(outcomesOf(events).map(({ cause, exit, lost: isLost }) => [cause, exit, isLost])).toEqual(
      Array.from({ length: 4 }, () => ["crash", "node-a is not heard any more; on node-a, not proven", true]),
    );
  });

  test("of the netrunner's own doing are no such cause", async () => {
    await using kit = await openTestDeck({
      answer: () => new Promise(() => undefined),
      settings: { max_concurrent: 3 },
    });
    const { deck, settings } = kit;
    const opened = await deck.send({ type: "spawn", tasks: tasks.slice(0, 3), settings, command_line: [] });
    let up = 0;
    const started = await kit.eventsUntil(opened.afterSeq, ({ type }) => {
      up += type === "construct.ready" ? 1 : 0;
      return up === 3;
    });
    for (const { body } of of(started, "construct.started"))
      await deck.send({ type: "construct.kill", construct: body.construct });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ cause }) => cause)).toEqual(["netrunner", "netrunner", "netrunner"]);
    expect(of(events, "account.held")).toEqual([]);
  });
});
