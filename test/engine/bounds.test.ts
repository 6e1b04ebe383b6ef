import { describe, expect, test } from "vitest";
import { block, call, say, silent } from "../../src/offline/reply.ts";
import { isDaemon, scripted } from "../../src/offline/script.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";

const spawns = (...tasks: string[]) => tasks.map((task) => ({ type: "spawn" as const, task }));

describe("the bounds of a run", () => {
  test("at the cap on spawns the rest is refused, what was admitted ends, and the run pauses; a raised cap lets it go on", async () => {
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
    const paused = await kit.runGoal("Do three.");
    const { run } = of(paused, "run.closed")[0] ?? { run: "" };
    expect(of(paused, "spawn.refused").map(({ body }) => [body.task, body.rule])).toEqual([["Three.", "cap.spawns"]]);
    expect(outcomesOf(paused).map(({ state }) => state)).toEqual(["done", "done"]);
    expect(of(paused, "run.paused")[0]?.body).toMatchObject({ rule: "cap.spawns" });
    expect(of(paused, "run.closed")[0]?.body.status).toBe("paused");
    expect(leftOf(paused)).toEqual([]);

    const resumed = await kit.resume(run, { settings: { max_spawns: 3 } });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(daemonRequests(kit.api).some(({ lastUserText }) => lastUserText.includes("cap.spawns"))).toBe(true);
    expect(outcomesOf(events).map(({ task, state }) => [task, state])).toEqual([["Three.", "done"]]);
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

  test("a construct beyond its time is ended as budget:time, and one that is silent too long as stall", async () => {
    await using slow = await openTestDeck({
      settings: { time_limit_ms: 4000 },
      answer: ({ toolResults }) => call("Bash", { command: `sleep 0.2; echo ${toolResults.length}` }),
    });
    const [late] = outcomesOf(await slow.runTasks(["Never stop."]));
    expect(late).toMatchObject({ state: "killed", cause: "budget:time", result_from: "tool" });
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
