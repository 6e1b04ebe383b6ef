import { describe, expect, test } from "vitest";
import { block, call, failing, say, usedUp } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { shortTimes } from "./times.ts";

describe("a provider that is overloaded", () => {
  test("holds further starts up for a while; nobody fails, and the agents' own retries go on", async () => {
    let isOverloaded = true;
    await using kit = await openTestDeck({
      answer: () => (isOverloaded ? failing(529) : say("At last.")),
      accountTimes: shortTimes,
      settings: { max_concurrent: 3, max_starting: 3 },
    });
    const { deck, settings } = kit;
    const tasks = ["1.", "2.", "3.", "4.", "5."];
    const opened = await deck.send({ type: "spawn", tasks, settings, command_line: [] });
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "account.held");
    isOverloaded = false;
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state, result }) => `${state} ${result}`)).toEqual(
      tasks.map(() => "done At last."),
    );
    expect(of(events, "account.held")[0]?.body).toMatchObject({ kind: "overload", resets_at: null });
    // It is over by itself: nobody is asked.
    expect(of(events, "attention.raised")).toEqual([]);
    expect(leftOf(events)).toEqual([]);
  });
});

describe("a goal", () => {
  test("whose daemon and constructs meet the limit together goes on with both, and the daemon knows why it took so long", async () => {
    let resetsAt = 0;
    await using kit = await openTestDeck({
      login: "subscription",
      accountTimes: shortTimes,
      answer(request) {
        if (isDaemon(request)) {
          if (Date.now() < resetsAt) return usedUp(resetsAt);
          return request.lastUserText.includes("GOAL:")
            ? block({ actions: ["A.", "B."].map((task) => ({ type: "spawn", task })), status: "waiting" })
            : doneWhenIdle("All done.")(request);
        }
        const hasWorked = request.messages.some((message) => message.results.length > 0);
        if (!hasWorked) return call("Bash", { command: "echo work" });
        if (resetsAt === 0) resetsAt = Date.now() + 5000;
        return Date.now() < resetsAt ? usedUp(resetsAt) : say("Worked.");
      },
    });
    const events = await kit.runGoal("Go.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "All done." });
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done"]);
    expect(new Set(of(events, "account.held").map(({ body }) => body.since)).size).toBe(1);
    const told = daemonRequests(kit.api).map((request) => request.lastUserText);
    expect(told.some((text) => text.includes("ACCOUNT:") && text.includes("agents begin again since"))).toBe(true);
  });
});
