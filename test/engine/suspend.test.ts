import { describe, expect, test } from "vitest";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { doneWhenIdle, leftOf, of, openTestDeck, outcomesOf, untilRemembered, type TestDeck } from "../kit/deck.ts";

/** Writes a file, then calls so many times, then says so. A message in between changes nothing. */
const calling =
  (times: number): Answerer =>
  (request) => {
    const made = request.messages.filter(({ calls }) => calls.length > 0).length;
    if (made === 0) return call("Bash", { command: "echo begun > begun.txt" });
    return made < times ? call("Bash", { command: `echo call ${made + 1}` }) : say(`Called ${made} times.`);
  };

/** Answers nobody's first request before so many have asked: each of them has a session by then. */
function together(count: number, then: Answerer): Answerer {
  const asked = new Set<string>();
  const all = Promise.withResolvers<void>();
  return async (request) => {
    asked.add(request.conversation);
    if (asked.size >= count) all.resolve();
    await all.promise;
    return then(request);
  };
}

describe("a run that is left at a bound", () => {
  test("suspends what was at work, and a resume goes on with it in its session, under its name, with what it has used", async () => {
    await using kit = await openTestDeck({
      settings: { run_turns: 4, max_concurrent: 2 },
      answer: together(2, calling(4)),
    });
    const left = await kit.leaveTasks(["One.", "Two.", "Three."]);
    expect(of(left, "run.closed")[0]?.body).toMatchObject({ status: "paused" });
    expect(outcomesOf(left)).toEqual([]);
    expect(leftOf(left)).toEqual([]);
    const suspended = of(left, "construct.suspended").map(({ body }) => body);
    expect(suspended.length).toBe(2);
    expect(suspended.every(({ denials }) => denials.length === 0)).toBe(true);
    expect(suspended.every(({ session_id }) => session_id !== null)).toBe(true);
    expect(suspended.some(({ cut }) => cut.some((one) => one.startsWith("Bash: echo call")))).toBe(true);
    expect(
      of(left, "run.closed")[0]
        ?.body.constructs.map(({ state }) => state)
        .sort(),
    ).toEqual(["queued", "suspended", "suspended"]);
    const before = foldRunEvents(left);

    const resumed = await kit.resume(left[0]?.run ?? "", { settings: { run_turns: 100 } });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done" });
    const outcomes = outcomesOf(events);
    expect(outcomes.map(({ task, state, result }) => `${task} ${state} ${result}`).sort()).toEqual([
      "One. done Called 4 times.",
      "Three. done Called 4 times.",
      "Two. done Called 4 times.",
    ]);
    for (const { construct, session_id, started_at } of suspended) {
      const outcome = outcomes.find(({ id }) => id === construct);
      expect(outcome?.session_id).toBe(session_id);
      expect(outcome?.tokens.input).toBeGreaterThan(before?.constructs[construct]?.tokens.input ?? 0);
      expect(outcome?.started_at).toBe(started_at);
    }
    const told = kit.api.requests
      .map(({ body }) => JSON.stringify(body))
      .filter((body) => body.includes("You go on now"));
    expect(told.some((body) => body.includes("Bash: echo call"))).toBe(true);
  });

  test("still over its bound when it is resumed, starts nothing and asks again", async () => {
    await using kit = await openTestDeck({ settings: { run_turns: 2 }, answer: calling(3) });
    const left = await kit.leaveTasks(["One."]);
    const requests = kit.api.requests.length;
    const resumed = await kit.resume(left[0]?.run ?? "");
    const again = await kit.eventsUntil(resumed.afterSeq, ({ type }) => type === "run.paused");
    expect(of(again, "construct.started")).toEqual([]);
    expect(kit.api.requests.length).toBe(requests);
    await kit.deck.send({ type: "settings.change", settings: { run_turns: 0 } });
    expect(outcomesOf(await kit.untilClosed(resumed.afterSeq))).toMatchObject([{ state: "done" }]);
  });

  test("goes on with its daemon, too, which hears of the one outcome that there is", async () => {
    await using kit = await openTestDeck({
      settings: { run_turns: 2 },
      answer: scripted({
        daemon: [block({ actions: [{ type: "spawn", task: "One." }], status: "waiting" })],
        afterwards: doneWhenIdle("One of one."),
        constructs: [{ task: "One.", steps: [call("Bash", { command: "echo one" }), say("First."), say("First.")] }],
      }),
    });
    const left = await kit.leaveGoal("Do one.");
    expect(of(left, "construct.suspended").length).toBe(1);
    const resumed = await kit.resume(left[0]?.run ?? "", { settings: { run_turns: 0 } });
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "One of one." });
    expect(outcomesOf([...left, ...events]).map(({ id }) => id)).toEqual([
      of(left, "construct.queued")[0]?.body.construct,
    ]);
  });
});

describe("a run of tasks whose host is stopped", () => {
  /** Two of three tasks at work, both with a session to go on in, when the host is stopped. */
  async function stoppedAtWork(kit: TestDeck): Promise<DeckEvent[]> {
    const opened = await kit.startTasks(["One.", "Two.", "Three."]);
    let calls = 0;
    const begun = await kit.eventsUntil(opened.afterSeq, ({ type }) => {
      if (type === "construct.tool_called") calls += 1;
      return calls === 2;
    });
    await untilRemembered(kit, begun);
    expect((await kit.deck.send({ type: "host.stop" })).proven).toBe(true);
    return kit.untilClosed(opened.afterSeq);
  }

  const busyThenDone: Answerer = ({ messages }) =>
    JSON.stringify(messages).includes("You go on now") || JSON.stringify(messages).includes("Three.")
      ? say("Done.")
      : call("Bash", { command: "touch started; sleep 300 & wait" });

  test("goes on with each of them in its session when it is resumed, and each has one outcome", async () => {
    const api = await startOfflineApi({ answer: busyThenDone });
    await using _ = { [Symbol.asyncDispose]: () => api.close() };
    await using first = await openTestDeck({
      api,
      settings: { max_concurrent: 2 },
      judge: () => () => allowed,
      keep: true,
    });
    const left = await stoppedAtWork(first);
    expect(outcomesOf(left)).toEqual([]);
    expect(leftOf(left)).toEqual([]);
    expect(of(left, "run.closed")[0]?.body).toMatchObject({ status: "stopped", reason: "the host was stopped" });
    const sessions = new Map(of(left, "construct.suspended").map(({ body }) => [body.construct, body.session_id]));
    expect(sessions.size).toBe(2);
    await first.deck.closed;

    await using later = await openTestDeck({ api, folder: first.folder, judge: () => () => allowed });
    const resumed = await later.resume(left[0]?.run ?? "");
    const events = await later.untilClosed(resumed.afterSeq);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "3 of 3 tasks done" });
    expect(
      outcomesOf(events)
        .map(({ task, state }) => `${task} ${state}`)
        .sort(),
    ).toEqual(["One. done", "Three. done", "Two. done"]);
    for (const [id, session] of sessions)
      expect(outcomesOf(events).find((one) => one.id === id)?.session_id).toBe(session);
    expect(of(events, "construct.queued")).toEqual([]);
  });

  test("keeps nothing of it where the netrunner has stopped the tasks", async () => {
    await using kit = await openTestDeck({ answer: busyThenDone, judge: () => () => allowed });
    const opened = await kit.startTasks(["One."]);
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.tool_called");
    await kit.deck.send({ type: "stop", status: "stopped", reason: "enough", force: false });
    expect(outcomesOf(await kit.untilClosed(opened.afterSeq))).toMatchObject([{ state: "killed", cause: "netrunner" }]);
  });
});

const allowed = { decision: "allow", rule: "test.all", reason: "a test", effects: [] } as const;
