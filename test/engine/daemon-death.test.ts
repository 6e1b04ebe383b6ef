import { describe, expect, test } from "vitest";
import { block, say } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { heading } from "../../src/protocol/briefing.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";

const killDaemon = (events: readonly DeckEvent[]): boolean =>
  process.kill(of(events, "daemon.started").at(-1)?.body.pid ?? Number.NaN, "SIGKILL");

/** What the latest request of the daemon has for a history, as one text. */
const historyOf = (requests: ReturnType<typeof daemonRequests>): string =>
  requests
    .at(-1)
    ?.messages.map(({ text }) => text)
    .join("\n") ?? "";

describe("a daemon whose agent alone is killed", () => {
  test("in the middle of a turn has that turn again in its session, and each outcome is told to it once", async () => {
    const asked = Promise.withResolvers<void>();
    let isHeard = false;
    await using kit = await openTestDeck({
      answer(request) {
        if (!isDaemon(request)) return say("The answer is 42.");
        if (!request.lastUserText.includes(heading.outcomes))
          return block({ actions: [{ type: "spawn", task: "Find the answer." }], status: "waiting" });
        if (isHeard) return doneWhenIdle("42, then.")(request);
        isHeard = true;
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const opened = await kit.startGoal("Find the answer.");
    await asked.promise;
    killDaemon(await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.ended"));
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "42, then." });
    expect(of(events, "daemon.error").map(({ body }) => body.code)).toEqual(["daemon.exited"]);
    expect(of(events, "daemon.started")[1]?.body.resumed).toBe(of(events, "daemon.session")[0]?.body.session_id);
    expect(historyOf(daemonRequests(kit.api))).toContain(`${heading.goal} Find the answer.`);
    const valid = new Set(of(events, "daemon.turn_ended").flatMap(({ body }) => (body.valid ? [body.turn] : [])));
    const told = of(events, "daemon.turn_started").flatMap(({ body }) => (valid.has(body.turn) ? body.inputs : []));
    expect(told.filter((seq) => seq === of(events, "construct.ended")[0]?.seq).length).toBe(1);
    expect(outcomesOf(events).length).toBe(1);
    expect(leftOf(events)).toEqual([]);
  });

  test("between two turns is taken up in its session by the next one", async () => {
    const isKilled = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      async answer(request) {
        if (isDaemon(request))
          return request.lastUserText.includes(heading.outcomes)
            ? doneWhenIdle("42, then.")(request)
            : block({ actions: [{ type: "spawn", task: "Find the answer." }], status: "waiting" });
        await isKilled.promise;
        return say("The answer is 42.");
      },
    });
    const opened = await kit.startGoal("Find the answer.");
    killDaemon(await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "construct.ready"));
    isKilled.resolve();
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "42, then." });
    expect(of(events, "daemon.started").at(-1)?.body.resumed).toBe(of(events, "daemon.session")[0]?.body.session_id);
    expect(historyOf(daemonRequests(kit.api))).toContain(`${heading.goal} Find the answer.`);
    expect(leftOf(events)).toEqual([]);
  });
});
