import { describe, expect, test } from "vitest";
import { block, call, say, silent, slow } from "../../src/offline/reply.ts";
import { isDaemon, scripted } from "../../src/offline/script.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";

const spawns = (...tasks: string[]) => tasks.map((task) => ({ type: "spawn" as const, task }));

describe("the bounds of a run", () => {
  test("at the cap on spawns the rest is refused, what was admitted ends, and the netrunner is asked; a raised cap lets it go on", async () => {
    await using kit = await openTestDeck({
      settings: { max_spawns: 2 },
      answer: scripted({
        daemon: [
          block({ actions: spawns("One.", "Two.", "Three."), status: "waiting" }),
          ({ lastUserText }) =>
            lastUserText.includes("cap.spawns")
              ? block({ actions: spawns("Three."), status: "waiting" })
              : block({ status: "waiting" }),
        ],
        afterwards: doneWhenIdle("Three of three."),
      }),
    });
    const opened = await kit.startGoal("Do three.");
    const paused = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.paused");
    expect(of(paused, "spawn.refused").map(({ body }) => [body.task, body.rule])).toEqual([["Three.", "cap.spawns"]]);
    expect(outcomesOf(paused).map(({ state }) => state)).toEqual(["done", "done"]);
    expect(of(paused, "run.paused")[0]?.body).toMatchObject({ rule: "cap.spawns" });
    const [item] = of(paused, "attention.raised");
    expect(item?.body).toMatchObject({ kind: "bound.run", bound: { which: "max_spawns", used: 2, limit: 2 } });
    // It is asked at once, not only when nothing is at work any more.
    expect(item?.seq).toBeLessThan(of(paused, "construct.ended")[0]?.seq ?? 0);
    const turns = of(paused, "daemon.turn_started").length;
    expect(turns).toBe(1);

    await kit.deck.send({ type: "bound.answer", item: item?.body.item ?? "", answer: "raise", to: 3 });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(daemonRequests(kit.api).some(({ lastUserText }) => lastUserText.includes("cap.spawns"))).toBe(true);
    expect(of(events, "run.continued").map(({ body }) => body.rule)).toEqual(["cap.spawns"]);
    expect(of(events, "attention.closed")[0]?.body).toEqual({ item: item?.body.item, how: "continued" });
    const ends = outcomesOf(events).map(({ task, state }) => `${task} ${state}`);
    expect(ends.sort()).toEqual(["One. done", "Three. done", "Two. done"]);
    expect(leftOf(events)).toEqual([]);
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
  });

  test("never more are at work, and never more starting, than the caps say, and all get their turn in order", async () => {
    await using kit = await openTestDeck({
      settings: { max_concurrent: 3, max_starting: 1 },
      answer: (request) => (isDaemon(request) ? say("no") : say("Done.")),
    });
    const tasks = Array.from({ length: 7 }, (_, index) => `Task ${index}.`);
    const events = await kit.runTasks(tasks);
    expect(outcomesOf(events).filter(({ state }) => state === "done").length).toBe(7);
    const { mostAlive, mostStarting } = countOf(events);
    expect(mostStarting).toBe(1);
    expect(mostAlive).toBeLessThanOrEqual(3);
    const queued = of(events, "construct.queued").map((event) => event.body.construct);
    expect(of(events, "construct.started").map((event) => event.body.construct)).toEqual(queued);
  });

  test("a cap that the netrunner lowers at a resume holds for what then starts", async () => {
    await using kit = await openTestDeck({
      settings: { budget_usd: 0.001, max_concurrent: 1 },
      answer: () => say("Done."),
    });
    const paused = await kit.leaveTasks(["One.", "Two.", "Three.", "Four."]);
    const settings = { budget_usd: 0, max_concurrent: 2, max_starting: 2 };
    const resumed = await kit.resume(of(paused, "run.closed")[0]?.run ?? "", { settings });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events).length).toBe(3);
    expect(countOf(events).mostAlive).toBe(2);
  });

  test("left at the cap, it goes on later with a raised one", async () => {
    await using kit = await openTestDeck({
      settings: { max_spawns: 1 },
      answer: scripted({
        daemon: [
          block({ actions: spawns("One.", "Two."), status: "waiting" }),
          block({ actions: spawns("Two."), status: "waiting" }),
        ],
        afterwards: doneWhenIdle("Two of two."),
      }),
    });
    const opened = await kit.startGoal("Do two.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.paused");
    await kit.deck.send({ type: "stop", status: "paused", reason: "left at a bound", force: false });
    const left = await kit.untilClosed(opened.afterSeq);
    expect(of(left, "run.closed")[0]?.body.status).toBe("paused");
    expect(of(left, "attention.closed")[0]?.body.how).toBe("ended");

    const resumed = await kit.resume(of(left, "run.closed")[0]?.run ?? "", { settings: { max_spawns: 2 } });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events).map(({ task, state }) => [task, state])).toEqual([["Two.", "done"]]);
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
  });

  test("a construct beyond its time waits at its next call and is asked about, once; raised, it goes on where it was", async () => {
    let isEnough = false;
    await using kit = await openTestDeck({
      settings: { time_limit_ms: 3000 },
      answer: () => (isEnough ? say("Enough.") : call("Bash", { command: "sleep 0.2; echo on" })),
    });
    const opened = await kit.startTasks(["Go on for long."]);
    const waiting = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.paused");
    const [item] = of(waiting, "attention.raised");
    expect(item?.body).toMatchObject({ kind: "bound.construct", bound: { which: "time_limit_ms", limit: 3000 } });
    const before = of(waiting, "gate.judged").length;
    isEnough = true;
    await kit.deck.send({ type: "bound.answer", item: item?.body.item ?? "", answer: "raise", to: 0 });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Enough." }]);
    expect(of(events, "attention.raised")).toHaveLength(1);
    expect(of(events, "gate.judged").length).toBeGreaterThan(before);
    expect(of(events, "construct.started")).toHaveLength(1);
    expect(of(events, "bound.raised")[0]?.body).toMatchObject({ which: "time_limit_ms", from: 3000, to: 0 });
  });

  test("a construct that is over before anybody has answered is not asked about any more", async () => {
    await using kit = await openTestDeck({
      settings: { time_limit_ms: 2000 },
      answer: () => slow(4000, say("Late.")),
    });
    const events = await kit.runTasks(["Think."]);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Late." }]);
    const [raised] = of(events, "attention.raised");
    expect(raised?.body.bound).toMatchObject({ which: "time_limit_ms" });
    expect(of(events, "attention.closed")[0]?.body).toEqual({ item: raised?.body.item, how: "ended" });
  });

  test("a construct that is silent for too long is ended as stall", async () => {
    await using mute = await openTestDeck({
      settings: { idle_limit_ms: 4000 },
      answer: () => silent(),
    });
    const events = await mute.runTasks(["Say something."]);
    expect(outcomesOf(events)[0]).toMatchObject({ state: "killed", cause: "stall" });
    expect(leftOf(events)).toEqual([]);
  });
});

/** The most constructs between their start and their end, and between their start and their readiness, at any time. */
function countOf(events: DeckEvent[]): { mostAlive: number; mostStarting: number } {
  const alive = new Set<string>();
  const starting = new Set<string>();
  let mostAlive = 0;
  let mostStarting = 0;
  for (const event of events) {
    if (event.type === "construct.started") for (const set of [alive, starting]) set.add(event.body.construct);
    else if (event.type === "construct.ready") starting.delete(event.body.construct);
    else if (event.type === "construct.ended") for (const set of [alive, starting]) set.delete(event.body.construct);
    mostAlive = Math.max(mostAlive, alive.size);
    mostStarting = Math.max(mostStarting, starting.size);
  }
  return { mostAlive, mostStarting };
}
