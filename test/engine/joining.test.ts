import { describe, expect, test } from "vitest";
import { unasked } from "../../src/engine/own-tasks.ts";
import { attach } from "../../src/host/door/attach.ts";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import type { Command } from "../../src/protocol/command.ts";
import { defaultSettings } from "../../src/protocol/settings.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";
import { eventOf } from "./events.ts";

const allowAll = () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }) as const;

/** Works until it is stopped; other tasks are done at once. */
const worker: Answerer = ({ lastUserText, toolResults }) =>
  lastUserText.includes("for ever") && toolResults.length === 0
    ? call("Bash", { command: "touch started; sleep 300 & wait" })
    : say("Done with it.");

/** A daemon that starts one construct, which works for ever. */
const coordinated: Answerer = (request) => {
  if (!isDaemon(request)) return worker(request);
  return request.lastUserText.includes("GOAL:")
    ? block({ status: "waiting", actions: [{ type: "spawn", task: "Work for ever." }] })
    : doneWhenIdle("All is done.")(request);
};

type Joiner = Command & { type: "construct.spawn" };

const join = (kit: TestDeck, wish: Omit<Joiner, "type">): Promise<{ construct: string }> =>
  kit.deck.send({ type: "construct.spawn", ...wish });

async function busy(kit: TestDeck): Promise<{ run: string; afterSeq: number; first: string }> {
  const opened = await kit.startTasks(["Work for ever."]);
  await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
  // What it has used until then is on record as well.
  const events = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "agent.used");
  return { ...opened, first: of(events, "construct.queued")[0]?.body.construct ?? "" };
}

describe("a construct that the netrunner starts in an open run", () => {
  test("works beside the daemon's, which is told of it and of its outcome, and is not done before it", async () => {
    await using kit = await openTestDeck({ answer: coordinated, judge: allowAll });
    const opened = await kit.startGoal("Do it.");
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
    const first = of(before, "construct.queued")[0]?.body.construct ?? "";
    const far = await attach(kit.home);
    const { construct } = await far.port.send({
      type: "construct.spawn",
      task: "Count the files as well.",
      caliber: { effort: "low" },
    });
    await far.close();
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.ended");
    await kit.deck.send({ type: "construct.kill", construct: first });
    const events = await kit.untilClosed(opened.afterSeq);

    const [outcome] = outcomesOf(events);
    expect(outcome).toMatchObject({ id: construct, state: "done", origin: "netrunner", result: "Done with it." });
    expect(outcome?.caliber_asked.effort).toBe("low");
    const told = daemonRequests(kit.api).map(({ lastUserText }) => lastUserText);
    const started = told.filter((text) => text.includes("STARTED BY THE NETRUNNER:"));
    expect(started.length).toBe(1);
    expect(started[0]).toContain(`${construct}: "Count the files as well."`);
    expect(told.some((text) => text.includes(`[${construct}] done`))).toBe(true);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done" });
    expect(of(events, "daemon.action").map(({ body }) => body.action.type)).toEqual(["spawn"]);
    expect(leftOf(events)).toEqual([]);
  });

  test("counts as one of the tasks of a run without a daemon", async () => {
    await using kit = await openTestDeck({ answer: worker, judge: allowAll });
    const { run, afterSeq, first } = await busy(kit);
    const { construct } = await join(kit, { run, task: "Count.", profile: "default", plugins: [] });
    await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ended");
    await kit.deck.send({ type: "construct.kill", construct: first });
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events).map(({ id, state }) => [id, state])).toEqual([
      [construct, "done"],
      [first, "killed"],
    ]);
    expect(of(events, "run.closed")[0]?.body.reason).toBe("1 of 2 tasks done");
  });

  test("waits in the queue like the others: for a slot, and for those that it is to come after", async () => {
    await using kit = await openTestDeck({ answer: worker, judge: allowAll, settings: { max_concurrent: 1 } });
    const { run, afterSeq, first } = await busy(kit);
    const waiting = await join(kit, { run, task: "Count." });
    const never = await join(kit, { run, task: "List.", after: [first, first] });
    const view = await kit.deck.snapshot(run);
    expect(view?.constructs[waiting.construct]?.state).toBe("queued");
    expect(view?.constructs[never.construct]?.after).toEqual([first]);
    await kit.deck.send({ type: "construct.kill", construct: first });
    const outcomes = outcomesOf(await kit.untilClosed(afterSeq));
    expect(outcomes.find(({ id }) => id === waiting.construct)?.state).toBe("done");
    expect(outcomes.find(({ id }) => id === never.construct)).toMatchObject({
      state: "failed",
      cause: `dependency:${first}`,
    });
  });

  test("is what the netrunner says it is, also where something else is fixed for all", async () => {
    await using kit = await openTestDeck({
      answer: worker,
      judge: allowAll,
      settings: { caliber: { model: "sonnet", effort: "high" }, caliber_fixed: ["model", "effort"] },
    });
    const { run, afterSeq } = await busy(kit);
    const { construct } = await join(kit, { run, task: "Count.", caliber: { model: "haiku" } });
    const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ended");
    const queued = of(events, "construct.queued").find(({ body }) => body.construct === construct);
    expect(queued?.body).toMatchObject({ origin: "netrunner", caliber: { model: "haiku", effort: "high" } });
  });

  test("is started although its task is forbidden when that is wanted, and the daemon is not told to start it too", async () => {
    await using kit = await openTestDeck({ answer: coordinated, judge: allowAll });
    await kit.deck.send({ type: "blacklist.add", task: "delete the old branches of the repository", reason: "mine" });
    const opened = await kit.startGoal("Do it.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
    const task = "Delete the old branches of the repository.";
    await expect(join(kit, { task })).rejects.toMatchObject({
      code: expect.stringMatching(/^blacklist/),
      hint: expect.stringContaining("--override-blacklist"),
    });
    const { construct } = await join(kit, { task, override_blacklist: true });
    const events = await kit.eventsUntil(
      opened.afterSeq,
      ({ type, body }) => type === "construct.ended" && body.construct === construct,
    );
    expect(outcomesOf(events)[0]?.state).toBe("done");
    const told = of(events, "daemon.turn_started").map(({ body }) => body.message);
    expect(told.join("\n")).toContain("STARTED BY THE NETRUNNER:");
    expect(told.join("\n")).not.toContain("lets this task through");
  });
});

describe("a construct is not started in a run", () => {
  const refusals: [Omit<Joiner, "type">, string][] = [
    [{ task: "Count.", after: ["cx-99999999"] }, "after.unknown"],
    [{ task: "Count.", profile: "nobody" }, "profile.unknown"],
    [{ task: "Count.", plugins: ["nothing"] }, "plugin.unknown"],
    [{ task: "Count.", caliber: { model: "gpt" } }, "caliber.unknown"],
    [{ task: "Count." }, "cap.spawns"],
  ];

  test("for any of these, and nothing is changed by that", async () => {
    await using kit = await openTestDeck({
      answer: worker,
      judge: allowAll,
      plugins: {},
      settings: { max_spawns: 2 },
    });
    const { run, afterSeq } = await busy(kit);
    const last = (await kit.deck.send({ type: "events.list", run, limit: 1 })).events[0]?.seq;
    for (const [wish, code] of refusals) {
      if (code === "cap.spawns") await kit.deck.send({ type: "settings.change", settings: { max_spawns: 1 } });
      const refused = join(kit, wish);
      await expect(refused).rejects.toMatchObject({ code, hint: expect.stringMatching(/cyberdeck \w+/) });
    }
    const page = await kit.deck.send({ type: "events.list", run, limit: 500, after: last });
    expect(page.events.map(({ type }) => type)).not.toContain("construct.queued");
    expect(of(await kit.eventsUntil(afterSeq, ({ seq }) => seq >= (last ?? 0)), "construct.queued")).toHaveLength(1);
  });

  test("that has used up its budget", async () => {
    await using kit = await openTestDeck({ answer: worker, judge: allowAll });
    const { run, afterSeq } = await busy(kit);
    await kit.deck.send({ type: "settings.change", settings: { run_turns: 1 } });
    await expect(join(kit, { run, task: "Count." })).rejects.toMatchObject({
      kind: "refused",
      code: "budget.turns",
      hint: expect.stringContaining("Raise"),
    });
    await kit.deck.send({ type: "settings.change", settings: { run_turns: 0 } });
    const { construct } = await join(kit, { run, task: "Count." });
    const events = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ended");
    expect(outcomesOf(events)[0]?.id).toBe(construct);
  });

  test("that has ended, that there is not, or when it is not said which", async () => {
    await using kit = await openTestDeck({ answer: worker, judge: allowAll });
    const events = await kit.runTasks(["Count."]);
    const closed = events[0]?.run ?? "";
    await expect(join(kit, { run: closed, task: "More." })).rejects.toMatchObject({ code: "run.none" });
    await busy(kit);
    await expect(join(kit, { run: closed, task: "More." })).rejects.toMatchObject({ code: "run.not_open" });
    await busy(kit);
    await expect(join(kit, { task: "More." })).rejects.toMatchObject({ code: "run.several" });
  });
});

describe("what a run was opened for", () => {
  const settings = defaultSettings(2);
  const opened = eventOf(1, "run.opened", {
    kind: "tasks",
    workspace: "/w",
    folder: "/w/r",
    settings,
    asked: ["one", "two", "two"],
    deck: "0",
    command_line: [],
  });
  const queued = (seq: number, task: string) =>
    eventOf(seq, "construct.queued", {
      construct: `cx-0000000${seq}`,
      task,
      origin: "netrunner",
      parent: null,
      caliber: settings.caliber,
      after: [],
      profile: "default",
      plugins: null,
    });

  test("is still to be done after a construct has joined it before its tasks were queued", () => {
    expect(unasked([opened, queued(2, "three")])).toEqual(["one", "two", "two"]);
    expect(unasked([opened, queued(2, "three"), queued(3, "one"), queued(4, "two")])).toEqual(["two"]);
    expect(unasked([opened, queued(2, "one"), queued(3, "two"), queued(4, "two"), queued(5, "two")])).toEqual([]);
  });
});
