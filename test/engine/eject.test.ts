import type { Replies } from "../../src/host/port.ts";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../../src/base/clock.ts";
import { Deck } from "../../src/host/deck.ts";
import { block, call, say, silent, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { openForWriting } from "../../src/store/database.ts";
import { storeOf } from "../../src/store/event-log.ts";
import { ensureHome, homePaths } from "../../src/store/home.ts";
import { cabinet } from "../cabinet/cabinet.ts";
import {
  bearersOf,
  daemonRequests,
  doneWhenIdle,
  eventually,
  leftOf,
  of,
  openTestDeck,
  outcomesOf,
  type TestDeck,
} from "../kit/deck.ts";

const allowAll = () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }) as const;

const snapshotSchema = z.looseObject({
  run: z.string(),
  goal: z.string(),
  daemon: z.looseObject({ session_id: z.string().nullable() }),
  queue: z.array(z.looseObject({ id: z.string(), task: z.string() })),
  constructs: z.array(
    z.looseObject({
      id: z.string(),
      before: z.string().nullable(),
      state: z.string(),
      cause: z.string().nullable(),
      session_id: z.string().nullable(),
    }),
  ),
  ejection: z.looseObject({ proven: z.boolean(), looked_for: z.array(z.string()) }),
});

/** Children in the agent's group, in a session of their own, behind nohup, and one that ignores SIGTERM. */
const leavesChildren =
  "touch started; sleep 300 & setsid sleep 301 & nohup sleep 302 >/dev/null 2>&1 & (trap '' TERM; sleep 303; sleep 303) & wait";

const threeTasks: Answerer = (request) => {
  if (!isDaemon(request)) return call("Bash", { command: leavesChildren });
  const actions = ["One.", "Two.", "Three."].map((task) => ({ type: "spawn" as const, task }));
  return request.lastUserText.includes("GOAL:") ? block({ actions, status: "waiting" }) : doneWhenIdle("over")(request);
};

/** A goal with two constructs in the middle of a command with children, and one in the queue. */
async function busy(kit: TestDeck): Promise<{ run: string; afterSeq: number; folder: string }> {
  const opened = await kit.startGoal("Work for long.");
  let calls = 0;
  const events = await kit.eventsUntil(opened.afterSeq, ({ type }) => {
    calls += type === "construct.tool_called" ? 1 : 0;
    return calls === 2;
  });
  const ids = of(events, "construct.started").map(({ body }) => body.construct);
  await eventually(
    () => ids.every((id) => ["300", "301", "302", "303"].every((n) => bearersOf(id).some((p) => p.includes(n)))),
    "both constructs have all their children",
  );
  return opened;
}

async function eject(kit: TestDeck, reason = "a test"): Promise<Replies["eject"]["runs"][number]> {
  const { runs } = await kit.deck.send({ type: "eject", reason });
  const [done, ...others] = runs;
  if (done === undefined || others.length > 0) throw new Error(`${runs.length} runs were ejected`);
  return done;
}

const readSnapshot = (path: string | null): z.infer<typeof snapshotSchema> =>
  snapshotSchema.parse(JSON.parse(readFileSync(path ?? "", "utf8")));

describe("an eject", () => {
  test("in the middle of everything leaves nothing alive, proves it, and keeps what there was", async () => {
    await using kit = await openTestDeck({ answer: threeTasks, judge: allowAll, settings: { max_concurrent: 2 } });
    const { run, afterSeq, folder } = await busy(kit);
    const done = await eject(kit);
    expect(done).toMatchObject({
      run,
      reason: "a test",
      proven: true,
      survivors: [],
      at_work: 2,
      queued: 1,
      problems: [],
    });
    expect(done.looks.slice(-2)).toEqual([0, 0]);
    const events = await kit.untilClosed(afterSeq);
    expect(leftOf(events)).toEqual([]);
    expect(outcomesOf(events).map(({ state, cause }) => [state, cause])).toEqual(
      Array.from({ length: 3 }, () => ["killed", "eject"]),
    );
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "stopped", reason: "eject: a test" });

    expect(done.snapshot).toBe(join(folder, "eject.json"));
    const snapshot = readSnapshot(done.snapshot);
    expect(snapshot.goal).toBe("Work for long.");
    expect(snapshot.queue.map(({ task }) => task)).toEqual(["Three."]);
    expect(snapshot.constructs.map(({ before, state, cause }) => [before, state, cause])).toEqual([
      ["running", "killed", "eject"],
      ["running", "killed", "eject"],
      ["queued", "killed", "eject"],
    ]);
    expect(snapshot.constructs.slice(0, 2).every(({ session_id: session }) => session !== null)).toBe(true);
    const agents = of(events, "construct.started").map(({ body }) => body.construct);
    const daemons = of(events, "daemon.started").map(({ body }) => body.daemon);
    expect(snapshot.ejection.looked_for).toEqual(expect.arrayContaining([...agents, ...daemons]));
    expect(snapshot.daemon.session_id).toBe(of(events, "daemon.session")[0]?.body.session_id);
  });

  test("shuts the gates before it kills, kills the constructs before the rest, proves, and only then keeps and closes", async () => {
    await using kit = await openTestDeck({ answer: threeTasks, judge: allowAll, settings: { max_concurrent: 2 } });
    const { afterSeq } = await busy(kit);
    const { steps } = await eject(kit);
    const names = steps.map(({ step }) => step);
    expect(names.slice(0, 2)).toEqual(["deny", "constructs"]);
    expect(names.slice(2, -3).sort()).toEqual(["all agents", "author", "daemon", "pool", "trial of the gate"]);
    expect(names.slice(-3)).toEqual(["everything else", "proof", "snapshot"]);
    const types = (await kit.untilClosed(afterSeq)).map(({ type }) => type);
    const ofInterest = types.slice(types.indexOf("run.ejecting"));
    expect(ofInterest.indexOf("construct.ending")).toBeLessThan(ofInterest.indexOf("daemon.ended"));
    expect(ofInterest.lastIndexOf("construct.ended")).toBeLessThan(ofInterest.indexOf("run.ejected"));
    expect(ofInterest.slice(-2)).toEqual(["run.ejected", "run.closed"]);
  });

  test("denies a call that waits for the netrunner, and nothing of it runs", async () => {
    await using kit = await openTestDeck({
      answer: () => call("Bash", { command: "touch ran" }),
      judge: () => () => ({ decision: "hold", rule: "test.hold", reason: "a test", effects: [] }),
      settings: { hold_window_ms: null },
    });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Work."], settings: kit.settings, command_line: [] });
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "hold.opened");
    expect((await eject(kit)).proven).toBe(true);
    const events = await kit.untilClosed(opened.afterSeq);
    // A model that is quick may have asked once more before its agent was gone.
    expect(new Set(of(events, "gate.judged").map(({ body }) => body.rule))).toEqual(new Set(["construct.ending"]));
    expect(existsSync(join(kit.workspace, "ran"))).toBe(false);
  });

  test.each(["immovable", "mute"] as const)("ends agents and a daemon that are %s", async (agent) => {
    await using kit = await openTestDeck({ claudeBin: cabinet(agent) });
    const opened = await kit.startGoal("Work.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "daemon.started");
    expect(await eject(kit)).toMatchObject({ proven: true, survivors: [] });
    expect(leftOf(await kit.untilClosed(opened.afterSeq))).toEqual([]);
  });

  test("of frozen constructs, with a daemon in the middle of a thought, ends them all", async () => {
    await using kit = await openTestDeck({
      judge: allowAll,
      answer: (request) =>
        isDaemon(request) && !request.lastUserText.includes("GOAL:") ? silent() : threeTasks(request),
      settings: { max_concurrent: 2 },
    });
    const { afterSeq } = await busy(kit);
    const view = await kit.deck.snapshot();
    for (const construct of Object.keys(view?.constructs ?? {}).slice(0, 2))
      await kit.deck.send({ type: "construct.pause", construct, freeze: true });
    await kit.deck.send({ type: "say", text: "how is it going?" });
    await kit.eventsUntil(afterSeq, (event) => event.type === "daemon.turn_started" && event.body.turn === 2);
    expect((await eject(kit)).proven).toBe(true);
    expect(leftOf(await kit.untilClosed(afterSeq))).toEqual([]);
  });

  test("while a polite stop is under way hurries it, and the run is closed once, as ejected", async () => {
    await using kit = await openTestDeck({ claudeBin: cabinet("immovable") });
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Work."], settings: kit.settings, command_line: [] });
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.started");
    await kit.deck.send({ type: "stop", status: "stopped", reason: "politely", force: false });
    expect((await eject(kit, "faster")).proven).toBe(true);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "run.closed").map(({ body }) => [body.status, body.reason])).toEqual([
      ["stopped", "eject: faster"],
    ]);
    expect(outcomesOf(events).map(({ cause }) => cause)).toEqual(["netrunner"]);
    expect(leftOf(events)).toEqual([]);
  });

  test("that is wished twice is done once, and both are told the same", async () => {
    await using kit = await openTestDeck({ answer: threeTasks, judge: allowAll, settings: { max_concurrent: 2 } });
    const { afterSeq } = await busy(kit);
    const [one, two] = await Promise.all([eject(kit, "first"), eject(kit, "second")]);
    expect(two).toEqual(one);
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "run.ejected").length).toBe(1);
    await expect(eject(kit)).rejects.toMatchObject({ code: "run.none" });
  });

  test("while spares and constructs are only being started ends those, too", async () => {
    await using kit = await openTestDeck({
      answer: () => silent(),
      settings: { pool: 3, max_starting: 2, max_concurrent: 4 },
    });
    const tasks = Array.from({ length: 5 }, (_, index) => `Task ${index}.`);
    const opened = await kit.deck.send({ type: "spawn", tasks, settings: kit.settings, command_line: [] });
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "pool.started" || type === "construct.started");
    const done = await eject(kit);
    expect(done.proven).toBe(true);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).length).toBe(5);
    const spares = of(events, "pool.started").map(({ body }) => body.spare);
    expect([...leftOf(events), ...spares.flatMap(bearersOf)]).toEqual([]);
    expect(spares.length).toBeLessThanOrEqual(done.marks);
  });

  test("lets the run be resumed, whose daemon is told, and another one be opened at once", async () => {
    await using kit = await openTestDeck({ answer: threeTasks, judge: allowAll, settings: { max_concurrent: 2 } });
    const { run, afterSeq } = await busy(kit);
    await eject(kit);
    const ended = outcomesOf(await kit.untilClosed(afterSeq)).map(({ id }) => id);
    const next = await kit.deck.send({ type: "spawn", tasks: ["Next."], settings: kit.settings, command_line: [] });
    await kit.eventsUntil(next.afterSeq, ({ type }) => type === "construct.tool_called");
    await eject(kit);
    const resumed = await kit.resume(run);
    const events = await kit.eventsUntil(resumed.afterSeq, (event) => event.type === "run.closed" && event.run === run);
    expect(of(events, "run.closed").at(-1)?.body.status).toBe("done");
    const told = daemonRequests(kit.api).at(-1)?.lastUserText ?? "";
    for (const id of ended) expect(told).toContain(`[${id}] killed (eject)`);
  });

  test("whose snapshot cannot be written says so, and has ended everything all the same", async () => {
    await using kit = await openTestDeck({ answer: threeTasks, judge: allowAll, settings: { max_concurrent: 2 } });
    const { afterSeq, folder } = await busy(kit);
    mkdirSync(join(folder, "eject.json"));
    const done = await eject(kit);
    expect(done).toMatchObject({ proven: true, snapshot: null, problems: [expect.stringContaining("snapshot")] });
    const events: DeckEvent[] = await kit.untilClosed(afterSeq);
    expect(leftOf(events)).toEqual([]);
    expect(of(events, "run.ejected")[0]?.body.snapshot).toBeNull();
  });

  test("on a disk that is full ends everything, and the snapshot is there though the record is not", async () => {
    let database: DatabaseSync | undefined;
    await using kit = await openTestDeck({
      answer: threeTasks,
      judge: allowAll,
      settings: { max_concurrent: 2 },
      async open(options, provide) {
        ensureHome(options.home);
        const opened = openForWriting(homePaths(options.home).database);
        database = opened;
        const store = storeOf(opened, options.home, systemClock);
        return new Deck(options, await provide(), store, { [Symbol.dispose]: () => store.close() });
      },
    });
    const { run, afterSeq } = await busy(kit);
    const before = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.tool_called");
    // No page more than there are: to SQLite, that is a full disk. The words are long, so that they need one.
    database?.exec("PRAGMA max_page_count = 1");
    const done = await eject(kit, "the disk is full ".repeat(1000));
    expect(done).toMatchObject({ run, proven: true, survivors: [], at_work: 2 });
    expect(leftOf(before)).toEqual([]);
    expect(readSnapshot(done.snapshot).goal).toBe("Work for long.");
    await expect(kit.untilClosed(afterSeq)).rejects.toMatchObject({ code: "storage.full" });
  });

  test("of a run without anything at work is proven as well, and one without a run is refused with a next step", async () => {
    await using kit = await openTestDeck({ answer: () => say("no block") });
    await expect(eject(kit)).rejects.toMatchObject({ code: "run.none", hint: expect.stringContaining("cyberdeck") });
    const opened = await kit.startGoal("Nothing.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "daemon.session");
    expect(await eject(kit)).toMatchObject({ proven: true, at_work: 0, queued: 0 });
  });
});
