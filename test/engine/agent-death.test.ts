import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Judge } from "../../src/engine/gate/judge.ts";
import { call, failing, say, type Answerer } from "../../src/offline/reply.ts";
import type { DeckEvent, EventType } from "../../src/protocol/event.ts";
import { bearersOf, eventually, leftOf, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";
import { shortTimes } from "./account/times.ts";

const killedWords = "Your process was killed from outside";

/** It goes on in its session, or, where the agent had not kept that yet, begins its task once more. */
const isNextLife = (text: string): boolean => text.includes(killedWords) || text.includes("This task was begun before");

/** Begins a command that leaves children behind, and, killed, tells what it was told then. */
const atWork: Answerer = ({ lastUserText }) =>
  isNextLife(lastUserText)
    ? say(`Went on: ${lastUserText}`)
    : call("Bash", { command: "touch started; sleep 300 & setsid sleep 301 & wait" });

/** The agent process that a construct has now. */
const pidOf = (events: readonly DeckEvent[]): number => of(events, "construct.started").at(-1)?.body.pid ?? Number.NaN;

const killAgent = (events: readonly DeckEvent[]): boolean => process.kill(pidOf(events), "SIGKILL");

/** Events up to the so-manieth of a type. */
function upTo(kit: TestDeck, afterSeq: number, type: EventType, count = 1): Promise<DeckEvent[]> {
  let seen = 0;
  return kit.eventsUntil(afterSeq, (event) => {
    seen += event.type === type ? 1 : 0;
    return seen === count;
  });
}

/** Events until the construct's command is under way, children and all. */
async function untilAtWork(kit: TestDeck, afterSeq: number, lives = 1): Promise<DeckEvent[]> {
  const events = await upTo(kit, afterSeq, "construct.tool_called", lives);
  const id = of(events, "construct.queued")[0]?.body.construct ?? "";
  await eventually(() => bearersOf(id).some((line) => line.includes("sleep 301")), "its command has children");
  return events;
}

describe("a construct whose agent alone is killed", () => {
  test("in the middle of a call goes on in its session under its name, told what may have run, after all of the old one is gone", async () => {
    await using kit = await openTestDeck({ answer: atWork });
    const { afterSeq } = await kit.startTasks(["Work."]);
    const before = await untilAtWork(kit, afterSeq);
    killAgent(before);
    const again = await upTo(kit, afterSeq, "construct.started", 2);
    const id = of(again, "construct.queued")[0]?.body.construct ?? "";
    expect(bearersOf(id).filter((line) => line.includes("sleep 30"))).toEqual([]);
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "construct.agent_died").map(({ body }) => body)).toMatchObject([
      { construct: id, exit: "signal SIGKILL", early: false, goes_on: true },
    ]);
    expect(of(events, "construct.suspended")[0]?.body).toMatchObject({ died: false, agent_died: true });
    const [outcome, ...others] = outcomesOf(events);
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({
      id,
      state: "done",
      session_id: of(events, "construct.ready")[0]?.body.session_id,
      started_at: of(events, "construct.suspended")[0]?.body.started_at,
      result: expect.stringContaining("- Bash: touch started; sleep 300"),
    });
    expect(of(events, "construct.restarted")).toEqual([]);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "1 of 1 tasks done" });
    expect(leftOf(events)).toEqual([]);
  });

  test("while the model answers goes on as well, and all that it has used counts", async () => {
    const asked = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      answer({ lastUserText, messages }) {
        if (isNextLife(lastUserText)) return say("Went on.");
        if (messages.every(({ calls }) => calls.length === 0)) return call("Bash", { command: "echo one" });
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const { afterSeq } = await kit.startTasks(["Work."]);
    const started = await upTo(kit, afterSeq, "construct.started");
    await asked.promise;
    const used = (await kit.deck.snapshot())?.constructs;
    killAgent(started);
    const events = await kit.untilClosed(afterSeq);
    const [outcome] = outcomesOf(events);
    expect(outcome).toMatchObject({ state: "done", result: "Went on." });
    expect(outcome?.tokens.input).toBeGreaterThan(used?.[outcome?.id ?? ""]?.tokens.input ?? Number.NaN);
    expect(of(events, "construct.suspended")[0]?.body.cut).toEqual([]);
    expect(kit.api.requests.some(({ body }) => JSON.stringify(body).includes("No tool call is known"))).toBe(true);
  });

  test("while its call is held has that hold closed, and is asked again in the next life", async () => {
    let isDone = (): boolean => false;
    await using kit = await openTestDeck({
      judge: holdShell,
      settings: { hold_window_ms: null },
      answer: () => (isDone() ? say("Answered.") : call("Bash", { command: "touch one" })),
    });
    const { afterSeq } = await kit.startTasks(["Work."]);
    isDone = () => existsSync(join(kit.workspace, "one"));
    await upTo(kit, afterSeq, "hold.opened");
    const before = await upTo(kit, afterSeq, "construct.tool_called");
    killAgent(before);
    const again = await upTo(kit, afterSeq, "hold.opened", 2);
    const [first, second] = of(again, "hold.opened").map(({ body }) => body.hold);
    expect(of(again, "hold.closed").map(({ body }) => [body.hold, body.end])).toEqual([[first, "ended"]]);
    expect(Object.keys((await kit.deck.snapshot())?.holds ?? {})).toEqual([second]);
    expect(isDone()).toBe(false);
    expect(of(again, "construct.suspended")[0]?.body.cut).toEqual([
      "Bash: touch one (it had not been allowed yet, so it has not run)",
    ]);
    await kit.deck.send({ type: "hold.answer", hold: second ?? "", answer: "allow" });
    expect(outcomesOf(await kit.untilClosed(afterSeq))).toMatchObject([{ state: "done", denials: [] }]);
    expect(isDone()).toBe(true);
  });

  test("while it is parked between two turns begins again when the account lets it", async () => {
    let isLoggedIn = false;
    await using kit = await openTestDeck({
      accountTimes: { ...shortTimes, backoff: { ...shortTimes.backoff, credential: { firstMs: 1e8, mostMs: 1e8 } } },
      answer: () => (isLoggedIn ? say("Done.") : failing(401)),
    });
    const { afterSeq } = await kit.startTasks(["Work."]);
    killAgent(await upTo(kit, afterSeq, "construct.parked"));
    await upTo(kit, afterSeq, "construct.suspended");
    isLoggedIn = true;
    await kit.deck.send({ type: "account.release" });
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Done." }]);
    expect(of(events, "construct.started").length).toBe(2);
  });

  test("stays paused when it was, and has the letters that it had not read", async () => {
    await using kit = await openTestDeck({ answer: atWork });
    const { afterSeq } = await kit.startTasks(["Work."]);
    const before = await untilAtWork(kit, afterSeq);
    const construct = of(before, "construct.queued")[0]?.body.construct ?? "";
    await kit.deck.send({ type: "construct.send", construct, text: "the port is 8080" });
    await kit.deck.send({ type: "construct.pause", construct, freeze: false });
    killAgent(before);
    await upTo(kit, afterSeq, "construct.paused", 2);
    expect((await kit.deck.snapshot())?.constructs[construct]?.state).toBe("paused");
    await kit.deck.send({ type: "construct.continue", construct });
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events)[0]?.result).toContain("the port is 8080");
    expect(of(events, "construct.unread")).toEqual([]);
  });

  test("a third time ends as a crash that tells of each", async () => {
    await using kit = await openTestDeck({
      answer: () => call("Bash", { command: "setsid sleep 301 & wait" }),
    });
    const { afterSeq } = await kit.startTasks(["Work."]);
    for (const life of [1, 2, 3]) killAgent(await untilAtWork(kit, afterSeq, life));
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "failed", cause: "crash", exit: "signal SIGKILL" }]);
    expect(of(events, "construct.agent_died").map(({ body }) => body.goes_on)).toEqual([true, true, false]);
    expect(of(events, "construct.started").length).toBe(3);
    expect(of(events, "account.held")).toEqual([]);
    expect(leftOf(events)).toEqual([]);
  });

  test("twice before its session was there ends as a crash", async () => {
    await using kit = await openTestDeck({});
    const suicide = join(kit.workspace, "agent.sh");
    writeFileSync(suicide, "#!/bin/sh\necho start >>starts\nkill -9 $$\n");
    chmodSync(suicide, 0o755);
    await using bad = await openTestDeck({ claudeBin: suicide });
    const events = await bad.runTasks(["Work."]);
    expect(outcomesOf(events)).toMatchObject([{ state: "failed", cause: "crash", exit: "signal SIGKILL", turns: 0 }]);
    expect(of(events, "construct.agent_died").map(({ body }) => [body.early, body.goes_on])).toEqual([
      [true, true],
      [true, false],
    ]);
    expect(readFileSync(join(bad.workspace, "starts"), "utf8")).toBe("start\nstart\n");
  });

  test("does not go on when the netrunner kills it meanwhile, or has already", async () => {
    await using kit = await openTestDeck({ answer: atWork });
    const { afterSeq } = await kit.startTasks(["Work.", "Work too."]);
    await upTo(kit, afterSeq, "construct.tool_called", 2);
    const events = await upTo(kit, afterSeq, "construct.started", 2);
    const [first, second] = of(events, "construct.started").map(({ body }) => body);
    process.kill(first?.pid ?? Number.NaN, "SIGKILL");
    await upTo(kit, afterSeq, "construct.agent_died");
    await kit.deck.send({ type: "construct.kill", construct: first?.construct ?? "" });
    const killing = kit.deck.send({ type: "construct.kill", construct: second?.construct ?? "" });
    process.kill(second?.pid ?? Number.NaN, "SIGKILL");
    await killing;
    const all = await kit.untilClosed(afterSeq);
    expect(outcomesOf(all).map(({ state, cause }) => `${state} ${cause}`)).toEqual([
      "killed netrunner",
      "killed netrunner",
    ]);
    expect(of(all, "construct.agent_died").length).toBe(1);
    expect(leftOf(all)).toEqual([]);
  });

  test("beside two others is in trouble with them: nobody starts again until the netrunner says so, and then all do", async () => {
    await using kit = await openTestDeck({
      answer: atWork,
      accountTimes: shortTimes,
      settings: { max_concurrent: 4, max_starting: 4 },
    });
    const { afterSeq } = await kit.startTasks(["One.", "Two.", "Three.", "Four."]);
    const events = await upTo(kit, afterSeq, "construct.tool_called", 4);
    for (const { body } of of(events, "construct.started")) process.kill(body.pid, "SIGKILL");
    await upTo(kit, afterSeq, "construct.suspended", 4);
    const held = (await kit.deck.send({ type: "account.status" })).hold;
    expect(held).toMatchObject({ kind: "correlated", retry_at: null });
    expect(held?.reason).toContain("SIGKILL");
    await kit.deck.send({ type: "account.release" });
    const all = await kit.untilClosed(afterSeq);
    expect(outcomesOf(all).map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
    const restarts = of(all, "construct.started").slice(4);
    const released = of(all, "account.released")[0]?.seq ?? 0;
    expect(restarts.filter(({ seq }) => seq > released).length).toBeGreaterThanOrEqual(2);
    expect(leftOf(all)).toEqual([]);
  });
});

/** Holds every shell call and lets the rest to the usual judge. */
const holdShell =
  (usual: Judge): Judge =>
  (toolCall) =>
    toolCall.tool === "Bash"
      ? { decision: "hold", rule: "test.shell", reason: "A person must look.", effects: [] }
      : usual(toolCall);
