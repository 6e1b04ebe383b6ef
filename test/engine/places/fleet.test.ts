import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import {
  bearersOf,
  eventually,
  leftOf,
  of,
  openTestDeck,
  outcomesOf,
  type TestDeck,
  untilRemembered,
} from "../../kit/deck.ts";
import { farPlaces, type Far, type FarPlace } from "./far.ts";

const node = (name: string, change: Partial<FarPlace> = {}): FarPlace => ({
  name,
  pool: "big",
  slots: 10,
  isUp: true,
  ...change,
});

const open = (far: Far, answer: Answerer, rest: Partial<Parameters<typeof openTestDeck>[0]> = {}): Promise<TestDeck> =>
  openTestDeck({ answer, driver: far.driver, places: far.places, ...rest });

const startedOn = (events: readonly DeckEvent[]): (string | null)[] =>
  of(events, "construct.started").map(({ body }) => body.place);

/** Begins a command that does not end, until it is told that something has happened. */
const working: Answerer = ({ lastUserText }) =>
  /killed from outside|begun before|You go on now|INSTRUCTION FROM/.test(lastUserText)
    ? say(`Told: ${lastUserText}`)
    : call("Bash", { command: "touch begun; sleep 300 & wait" });

const untilBegun = async (kit: TestDeck): Promise<void> =>
  void (await eventually(() => existsSync(join(kit.workspace, "begun")), "it is at work"));

describe("a run with places", () => {
  test("fills this machine and then the others, and the record and the view tell where each construct is", async () => {
    const far = farPlaces([node("node-a", { slots: 1 }), node("node-b")], { here: 1 });
    await using kit = await open(far, () => say("Done."));
    const events = await kit.runTasks(["One.", "Two.", "Three."]);
    expect(startedOn(events)).toEqual([null, "node-a", "node-b"]);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done"]);
    const { view } = await kit.deck.send({ type: "run.show", run: events[0]?.run ?? "" });
    expect(Object.values(view.constructs).map(({ place }) => place)).toEqual([null, "node-a", "node-b"]);
    expect(far.listeners).toBe(0);
    expect(leftOf(events)).toEqual([]);
  });

  test("keeps one that has no place in the queue and says why, until there is one", async () => {
    const far = farPlaces([node("node-a", { isUp: false })], { here: 0 });
    await using kit = await open(far, () => say("Done."));
    const { afterSeq } = await kit.startTasks(["Work."]);
    const before = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.unplaced");
    const id = of(before, "construct.queued")[0]?.body.construct ?? "";
    const waiting = (await kit.deck.snapshot())?.constructs[id];
    expect(waiting).toMatchObject({ state: "queued", activity: "waiting for a place: no node of the pool any is up" });
    far.change("node-a", { labels: ["cuda"] });
    far.change("node-a", { isUp: true });
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "construct.unplaced").length).toBe(1);
    expect(startedOn(events)).toEqual(["node-a"]);
    expect(outcomesOf(events)).toMatchObject([{ id, state: "done" }]);
  });

  test("lets one that waits for a place be killed", async () => {
    const far = farPlaces([], { here: 0 });
    await using kit = await open(far, () => say("Done."));
    const { afterSeq } = await kit.startTasks(["Work."]);
    const [queued] = of(
      await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.unplaced"),
      "construct.queued",
    );
    await kit.deck.send({ type: "construct.kill", construct: queued?.body.construct ?? "" });
    expect(outcomesOf(await kit.untilClosed(afterSeq))).toMatchObject([{ state: "killed", exit: "never started" }]);
    expect(far.opened).toEqual([]);
  });

  test("goes on with one whose agent was killed on the place where its session is, though there is room here again", async () => {
    const far = farPlaces([node("node-a"), node("node-b")], { here: 0 });
    await using kit = await open(far, working);
    const { afterSeq } = await kit.startTasks(["Work."]);
    await untilBegun(kit);
    const before = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.tool_called");
    process.kill(of(before, "construct.started")[0]?.body.pid ?? Number.NaN, "SIGKILL");
    const events = await kit.untilClosed(afterSeq);
    expect(startedOn(events)).toEqual(["node-a", "node-a"]);
    expect(far.opened.map(({ spec }) => [spec.resume !== undefined, spec.place])).toEqual([
      [false, {}],
      [true, { before: "node-a" }],
    ]);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: expect.stringContaining("Told: ") }]);
  });

  test("begins the task anew, on the record, where the place of its session is gone for good", async () => {
    const far = farPlaces([node("node-a"), node("node-b")], { here: 0 });
    await using kit = await open(far, working);
    const opened = await kit.startTasks(["Work."]);
    await untilBegun(kit);
    await kit.deck.send({ type: "stop", status: "paused", reason: "later", force: false });
    const left = await kit.untilClosed(opened.afterSeq);
    const [suspended] = of(left, "construct.suspended");
    far.change("node-a", { isUp: false });
    const { afterSeq } = await kit.resume(opened.run);
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "construct.restarted").map(({ body }) => body)).toEqual([
      {
        construct: suspended?.body.construct,
        session_id: suspended?.body.session_id,
        reason: expect.stringContaining("the session was on node-a, which is gone"),
      },
    ]);
    expect(startedOn(events)).toEqual(["node-b"]);
    expect(far.opened.at(-1)?.spec).toMatchObject({ place: {} });
    expect(far.opened.at(-1)?.spec.resume).toBeUndefined();
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: expect.stringContaining("begun before") }]);
  });

  test("goes on where it was after a stop, and here where it was here", async () => {
    const far = farPlaces([node("node-a")], { here: 1 });
    await using kit = await open(far, working);
    const opened = await kit.startTasks(["One.", "Two."]);
    const isAtWork = (event: DeckEvent): boolean => event.type === "construct.tool_called";
    let seen = 0;
    const atWork = await kit.eventsUntil(opened.afterSeq, (event) => isAtWork(event) && (seen += 1) === 2);
    await untilRemembered(kit, atWork);
    await kit.deck.send({ type: "stop", status: "paused", reason: "later", force: false });
    const left = await kit.untilClosed(opened.afterSeq);
    expect(startedOn(left)).toEqual([null, "node-a"]);
    const { afterSeq } = await kit.resume(opened.run);
    const events = await kit.untilClosed(afterSeq);
    expect(startedOn(events)).toEqual(expect.arrayContaining([null, "node-a"]));
    expect(far.opened.slice(2).map(({ spec }) => spec.place)).toEqual(
      expect.arrayContaining([{ pool: "here" }, { before: "node-a" }]),
    );
    expect(of(events, "construct.restarted")).toEqual([]);
  });

  test("gives the live session of a place to the successor of one that is redirected, and tells that it is there", async () => {
    const far = farPlaces([node("node-a")], { here: 0 });
    await using kit = await open(far, working);
    const { afterSeq } = await kit.startTasks(["Work."]);
    await untilBegun(kit);
    const [queued] = of(
      await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.tool_called"),
      "construct.queued",
    );
    const old = queued?.body.construct ?? "";
    const { successor } = await kit.deck.send({ type: "construct.interrupt", construct: old, text: "Stop that." });
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "construct.started").map(({ body }) => [body.construct, body.place])).toEqual([
      [old, "node-a"],
      [successor, "node-a"],
    ]);
    expect(far.opened.length).toBe(1);
    expect(bearersOf(old)).toEqual([]);
  });

  test("keeps agents ready on this machine alone, and none where it has no room", async () => {
    const far = farPlaces([node("node-a")], { here: 0 });
    await using kit = await open(far, () => say("Done."), { settings: { pool: 2 } });
    const events = await kit.runTasks(["One.", "Two."]);
    expect(of(events, "pool.started")).toEqual([]);
    expect(startedOn(events)).toEqual(["node-a", "node-a"]);
  });
});
