import { describe, expect, test } from "vitest";
import { daemonPrompt } from "../../../src/engine/daemon/prompt.ts";
import { block, say } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { actionBlockJsonSchema, describeActions, parseActionBlock } from "../../../src/protocol/action.ts";
import { daemonRequests, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { farPlaces, type FarPlace } from "./far.ts";

const gpu: FarPlace = { name: "node-a", pool: "gpu", labels: ["cuda"], slots: 5, isUp: true };
const big: FarPlace = { name: "node-b", pool: "big", slots: 5, isUp: true };

const promptParts = { calibers: [], profiles: [], usualProfile: "default", plugins: [] };

describe("what a daemon is told of places", () => {
  test("is nothing where the deck has its own machine alone", () => {
    expect(daemonPrompt(promptParts)).not.toMatch(/# Places|pool\?|labels\?/);
    expect(describeActions()).not.toMatch(/pool\?|labels\?/);
    expect(JSON.stringify(actionBlockJsonSchema())).not.toContain('"pool"');
  });

  test("are the pools and labels that are there, and how to ask for them", () => {
    const prompt = daemonPrompt({ ...promptParts, pools: [{ name: "gpu", labels: ["large", "cuda"] }] });
    expect(prompt).toContain("- gpu: cuda, large");
    expect(prompt).toContain("pool? (pool of machines to run on); labels? (what the machine must have)");
    expect(daemonPrompt({ ...promptParts, pools: [] })).toContain("- none now");
    expect(JSON.stringify(actionBlockJsonSchema({ hasPlaces: true }))).toContain('"pool"');
  });

  test("does not keep a name that is none from being rejected", () => {
    const parsed = parseActionBlock({ status: "working", actions: [{ type: "spawn", task: "t", pool: "a b" }] });
    expect(parsed.ok && parsed.value.rejected[0]?.problem).toContain("pool");
  });
});

describe("a wish for a place", () => {
  const once = (action: object) => (request: Parameters<typeof isDaemon>[0]) => {
    if (!isDaemon(request)) return say("Done.");
    const isFirst = request.messages.filter(({ role }) => role === "user").length === 1;
    return isFirst
      ? block({ actions: [{ type: "spawn", task: "Work.", ...action }], status: "working" })
      : block({ status: "done" });
  };

  test("of the daemon is kept to, and is on the record", async () => {
    const far = farPlaces([big, gpu]);
    await using kit = await openTestDeck({
      answer: once({ pool: "gpu", labels: ["cuda"] }),
      driver: far.driver,
      places: far.places,
    });
    const events = await kit.runGoal("Do it.");
    expect(of(events, "construct.queued").map(({ body }) => body.on)).toEqual([{ pool: "gpu", labels: ["cuda"] }]);
    expect(of(events, "construct.started").map(({ body }) => body.place)).toEqual(["node-a"]);
    expect(far.opened[0]?.spec.place).toEqual({ pool: "gpu", labels: ["cuda"] });
    expect(JSON.stringify(daemonRequests(kit.api)[0])).toContain("# Places");
  });

  test("of the daemon does not count against what the netrunner has fixed", async () => {
    const far = farPlaces([big, gpu]);
    await using kit = await openTestDeck({
      answer: once({ pool: "gpu" }),
      driver: far.driver,
      places: far.places,
      settings: { on: { pool: "big" } },
    });
    const events = await kit.runGoal("Do it.");
    expect(of(events, "construct.started").map(({ body }) => body.place)).toEqual(["node-b"]);
  });

  test("of the netrunner in a deck with one machine is refused before anything begins, with what to do", async () => {
    await using kit = await openTestDeck({ settings: { on: { pool: "gpu" } } });
    const refusal = {
      kind: "usage",
      code: "place.none",
      message: "nothing was started: it is to run on the pool gpu, and this deck has no other machine",
      hint: expect.stringContaining("cyberdeck host --detach --hub"),
    };
    await expect(kit.startGoal("Do it.")).rejects.toMatchObject(refusal);
    await expect(kit.startTasks(["Work."])).rejects.toMatchObject(refusal);
    expect(await kit.deck.send({ type: "runs.list" })).toEqual({ runs: [] });
    const { afterSeq } = await kit.deck.send({
      type: "spawn",
      tasks: ["Work."],
      settings: { ...kit.settings, on: {} },
      command_line: [],
    });
    const joins = { type: "construct.spawn", task: "More.", on: { pool: "gpu" } } as const;
    await expect(kit.deck.send(joins)).rejects.toMatchObject(refusal);
    expect(outcomesOf(await kit.untilClosed(afterSeq)).map(({ task }) => task)).toEqual(["Work."]);
  });

  test("that holds for a run is refused when that is resumed in a deck with one machine, unless another one is given", async () => {
    const far = farPlaces([gpu]);
    const settings = { on: { pool: "gpu" } };
    await using first = await openTestDeck({ driver: far.driver, places: far.places, settings, keep: true });
    const run = (await first.runTasks(["Work."]))[0]?.run ?? "";
    await first.deck.close();
    await using later = await openTestDeck({ folder: first.folder });
    await expect(later.resume(run)).rejects.toMatchObject({ kind: "usage", code: "place.none" });
    const { afterSeq } = await later.resume(run, { settings: { on: {} } });
    expect(of(await later.untilClosed(afterSeq), "run.closed")).toMatchObject([{ body: { status: "done" } }]);
  });

  test("for labels of this machine is refused, also where there are others", async () => {
    const far = farPlaces([gpu]);
    await using kit = await openTestDeck({
      driver: far.driver,
      places: far.places,
      settings: { on: { pool: "here", labels: ["cuda"] } },
    });
    await expect(kit.startTasks(["Work."])).rejects.toMatchObject({
      code: "place.none",
      message: expect.stringContaining("this machine has no label cuda"),
    });
  });

  test("of the netrunner for one that joins a run counts for that one alone", async () => {
    const far = farPlaces([big, gpu]);
    const over = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      async answer({ lastUserText }) {
        if (lastUserText.includes("First.")) await over.promise;
        return say("Done.");
      },
      driver: far.driver,
      places: far.places,
    });
    const { afterSeq } = await kit.startTasks(["First."]);
    await kit.deck.send({ type: "construct.spawn", task: "Second.", on: { labels: ["cuda"] } });
    await kit.eventsUntil(afterSeq, ({ type, source }) => type === "construct.ended" && source !== "");
    over.resolve();
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "construct.started").map(({ body }) => body.place)).toEqual([null, "node-a"]);
  });
});
