import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { say } from "../../../src/offline/reply.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { bearersOf, leftOf, of, openTestDeck, outcomesOf, requestsOf } from "../../kit/deck.ts";
import { startWarm, toTheEnd, warmGoal } from "./warm-goal.ts";

const tasks = (count: number): { task: string }[] =>
  Array.from({ length: count }, (_, index) => ({ task: `Say the number ${index}.` }));

/** The most agents that were on the way up at the same time, for the pool or for constructs. */
function mostStarting(events: readonly DeckEvent[]): number {
  const starting = new Set<string>();
  let most = 0;
  for (const { type, body } of events) {
    if (type === "pool.started") starting.add(body.spare);
    if (type === "pool.missed") starting.add(body.construct);
    if (type === "pool.ready" || type === "pool.ended") starting.delete(body.spare);
    if (type === "construct.ready" || type === "construct.ended")
      starting.delete(type === "construct.ready" ? body.construct : body.outcome.id);
    most = Math.max(most, starting.size);
  }
  return most;
}

describe("a run with a warm pool", () => {
  test("gives ten constructs at once the ten agents that are up, and leaves nothing behind", async () => {
    const goal = warmGoal(tasks(10), () => say("Said."));
    await using kit = await openTestDeck({ answer: goal.answer, settings: { pool: 10 } });
    const before = await startWarm(kit, 10);
    goal.spawn();
    const events = await toTheEnd(kit, before);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(Array.from({ length: 10 }, () => "done"));
    const hits = of(events, "pool.hit").map(({ body }) => body);
    expect([
      new Set(hits.map(({ spare }) => spare)).size,
      new Set(hits.map(({ construct }) => construct)).size,
    ]).toEqual([10, 10]);
    expect(new Set(requestsOf(kit.api).map(({ conversation }) => conversation)).size).toBe(11);
    expect(leftOf(events)).toEqual([]);
    expect(foldRunEvents(events)?.pool).toEqual({ spares: {}, hits: 10, misses: {} });
    const [closed] = of(events, "run.closed");
    const report = readFileSync(join(closed?.body.folder ?? "", "report.md"), "utf8");
    expect(report).toContain("- Warm pool: 10 of 10 constructs started warm\n");
    expect(events.at(-1)?.type).toBe("run.closed");
  });

  test("never has more agents on the way up than may start, spares and constructs together", async () => {
    const goal = warmGoal(tasks(6), () => say("Said."));
    await using kit = await openTestDeck({ answer: goal.answer, settings: { pool: 2, max_starting: 1 } });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const events = await toTheEnd(kit, before);
    expect(mostStarting(events)).toBe(1);
    expect(outcomesOf(events).filter(({ state }) => state === "done")).toHaveLength(6);
    expect(of(events, "pool.hit").length + of(events, "pool.missed").length).toBe(6);
    expect(of(events, "pool.hit").length).toBeGreaterThanOrEqual(1);
  });

  test("follows its size while it is open, up and down, and says why a spare went", async () => {
    const goal = warmGoal(tasks(1), () => say("Said."));
    await using kit = await openTestDeck({ answer: goal.answer, settings: { pool: 1 } });
    const first = await startWarm(kit, 1);
    await kit.deck.send({ type: "settings.change", settings: { pool: 3 } });
    let ready = 1;
    const grown = await kit.eventsUntil(first.at(-1)?.seq ?? 0, ({ type }) => {
      if (type === "pool.ready") ready += 1;
      return ready === 3;
    });
    await kit.deck.send({ type: "settings.change", settings: { pool: 0 } });
    let ended = 0;
    const shrunk = await kit.eventsUntil(grown.at(-1)?.seq ?? 0, ({ type }) => {
      if (type === "pool.ended") ended += 1;
      return ended === 3;
    });
    expect(of(shrunk, "pool.ended").map(({ body }) => body.why)).toEqual(["surplus", "surplus", "surplus"]);
    expect(of([...first, ...grown], "pool.started").flatMap(({ body }) => bearersOf(body.spare))).toEqual([]);
    goal.spawn();
    const rest = await toTheEnd(kit, shrunk);
    expect(of(rest, "pool.missed").map(({ body }) => body.reason)).toEqual(["off"]);
  });

  test("starts no spare for a single task, since nobody could use it", async () => {
    await using kit = await openTestDeck({ settings: { pool: 3 } });
    const events = await kit.runTasks(["Say something."]);
    expect(of(events, "pool.started")).toEqual([]);
    expect(of(events, "pool.missed").map(({ body }) => body.reason)).toEqual(["empty"]);
  });

  test("ends a construct that is killed in the moment in which it gets its spare", async () => {
    const goal = warmGoal(tasks(1), () => say("Said."));
    await using kit = await openTestDeck({ answer: goal.answer, settings: { pool: 1 } });
    const before = await startWarm(kit, 1);
    goal.spawn();
    const kills: Promise<unknown>[] = [];
    const rest = await kit.eventsUntil(before.at(-1)?.seq ?? 0, (event) => {
      if (event.type === "construct.queued")
        kills.push(kit.deck.send({ type: "construct.kill", construct: event.body.construct }));
      return event.type === "run.closed";
    });
    await Promise.all(kills);
    expect(outcomesOf(rest)).toMatchObject([{ state: "killed", cause: "netrunner" }]);
    expect(leftOf([...before, ...rest])).toEqual([]);
  });

  test("leaves nothing behind when its deck is closed while spares start", async () => {
    const goal = warmGoal(tasks(1), () => say("Said."));
    await using kit = await openTestDeck({ answer: goal.answer, settings: { pool: 6, max_starting: 3 } });
    const opened = await kit.startGoal("A goal.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "pool.started");
    const rest = kit.untilClosed(opened.afterSeq);
    await kit.deck.close();
    const events = await rest;
    const started = of(events, "pool.started").map(({ body }) => body.spare);
    expect(new Set(of(events, "pool.ended").map(({ body }) => body.spare))).toEqual(new Set(started));
    expect(leftOf(events)).toEqual([]);
    expect(events.at(-1)?.type).toBe("run.closed");
  });
});
