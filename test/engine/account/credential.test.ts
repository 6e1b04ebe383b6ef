import { describe, expect, test } from "vitest";
import { block, failing, say, type Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { startOfflineApi } from "../../../src/offline/server.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { doneWhenIdle, leftOf, of, openTestDeck, outcomesOf, requestsOf } from "../../kit/deck.ts";
import { shortTimes } from "./times.ts";

/** The provider accepts nobody until somebody has logged in. */
function door(answer: Answerer): { answer: Answerer; logIn: () => void } {
  let isLoggedIn = false;
  return {
    answer: (request) => (isLoggedIn ? answer(request) : failing(401)),
    logIn() {
      isLoggedIn = true;
    },
  };
}

/** Nobody tries by itself. */
const patient = { ...shortTimes, backoff: { ...shortTimes.backoff, credential: { firstMs: 1e8, mostMs: 1e8 } } };

const tasks = ["One.", "Two.", "Three.", "Four."];

describe("a login that is not accepted", () => {
  test("is one hold and one item for all, and what it has stopped goes on when the netrunner says so", async () => {
    const { answer, logIn } = door(() => say("Done."));
    await using kit = await openTestDeck({
      answer,
      accountTimes: patient,
      settings: { max_concurrent: 3, max_starting: 3 },
    });
    const { deck, settings } = kit;
    const opened = await deck.send({ type: "spawn", tasks, settings, command_line: [] });
    const parked = new Set<string>();
    const before = await kit.eventsUntil(opened.afterSeq, (event) => {
      if (event.type === "construct.parked") parked.add(event.body.construct);
      return parked.size === 3;
    });
    expect(of(before, "account.held").map(({ body }) => body.kind)).toEqual(["credential"]);
    expect(of(before, "attention.raised").map(({ body }) => body.next)).toEqual([expect.stringContaining("Log in")]);
    expect(of(before, "construct.retrying").length).toBe(9);
    const view = await deck.snapshot();
    expect(
      Object.values(view?.constructs ?? {})
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["parked", "parked", "parked", "queued"]);
    logIn();
    expect(await deck.send({ type: "account.release" })).toMatchObject({ hold: { kind: "credential" } });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(
      outcomesOf(events)
        .map(({ state, task }) => `${state} ${task}`)
        .sort(),
    ).toEqual(tasks.map((task) => `done ${task}`).sort());
    expect(of(events, "account.released").map(({ body }) => body.how)).toEqual(["netrunner"]);
    expect(of(events, "construct.ended").length).toBe(4);
    expect(leftOf(events)).toEqual([]);
  });

  test("is tried again by one construct alone, and the others follow when that one works", async () => {
    const { answer, logIn } = door(() => say("Done."));
    await using kit = await openTestDeck({ answer, accountTimes: shortTimes, settings: { max_starting: 3 } });
    const { deck, settings } = kit;
    const opened = await deck.send({ type: "spawn", tasks, settings, command_line: [] });
    const isTried = (event: DeckEvent): boolean => event.type === "account.held" && event.body.tries === 1;
    await kit.eventsUntil(opened.afterSeq, isTried);
    logIn();
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
    expect(of(events, "account.released").map(({ body }) => body.how)).toEqual(["tried"]);
    expect(of(events, "attention.raised").length).toBe(1);
  });

  test("that nobody sees to pauses the run in the end; what was parked is suspended, and goes on in its session", async () => {
    const { answer, logIn } = door((request) =>
      say(request.lastUserText.includes("Go on where you were") ? "Went on." : "Began anew."),
    );
    await using api = disposable(await startOfflineApi({ answer }));
    const times = { ...patient, credentialMs: 1000 };
    let folder = "";
    let run = "";
    {
      await using kit = await openTestDeck({ api, accountTimes: times, keep: true });
      folder = kit.folder;
      const events = await kit.runTasks(["One."]);
      run = events[0]?.run ?? "";
      expect(of(events, "run.paused")[0]?.body.rule).toBe("account.credential");
      expect(of(events, "run.closed")[0]?.body.status).toBe("paused");
      expect(of(events, "construct.suspended").length).toBe(1);
      expect(outcomesOf(events)).toEqual([]);
      expect(leftOf(events)).toEqual([]);
      // Too early: it is tried once more, and only then is it given up again.
      const again = await kit.untilClosed((await kit.resume(run)).afterSeq);
      expect(of(again, "construct.started").length).toBe(1);
      expect(of(again, "run.closed")[0]?.body.status).toBe("paused");
    }
    logIn();
    await using kit = await openTestDeck({ api, accountTimes: times, folder });
    const resumed = await kit.resume(run);
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Went on." }]);
    expect(requestsOf(api).at(-1)?.firstUserText).toContain("One.");
  });

  test("stops the daemon's turn, which is begun again; the daemon itself has done nothing wrong", async () => {
    const { answer, logIn } = door((request) =>
      isDaemon(request) ? block({ status: "done", chat: "Now." }) : say(""),
    );
    await using kit = await openTestDeck({ answer, accountTimes: patient });
    const opened = await kit.startGoal("Go.");
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "account.held");
    logIn();
    await kit.deck.send({ type: "account.release" });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Now." });
    expect(of(events, "daemon.error").map(({ body }) => body.code)).toContain("daemon.held");
    expect(of(events, "daemon.status").map(({ body }) => body.status)).toEqual(["done"]);
  });

  test("that is stopped meanwhile ends what waits: a killed construct is killed, and the goal is left as it is", async () => {
    const { answer } = door(doneWhenIdle("never"));
    await using kit = await openTestDeck({ answer, accountTimes: patient });
    const { deck, settings } = kit;
    const opened = await deck.send({ type: "spawn", tasks: ["One.", "Two."], settings, command_line: [] });
    const parked: string[] = [];
    await kit.eventsUntil(opened.afterSeq, (event) => {
      if (event.type === "construct.parked") parked.push(event.body.construct);
      return parked.length === 2;
    });
    await deck.send({ type: "construct.kill", construct: parked[0] ?? "" });
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.ended");
    await deck.send({ type: "stop", status: "paused", reason: "later", force: false });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ id, cause }) => [id, cause])).toEqual([[parked[0], "netrunner"]]);
    expect(of(events, "construct.suspended").map(({ body }) => body.construct)).toEqual([parked[1]]);
    expect(leftOf(events)).toEqual([]);
  });
});

function disposable<T extends { close: () => Promise<void> }>(value: T): T & AsyncDisposable {
  return Object.assign(value, { [Symbol.asyncDispose]: () => value.close() });
}
