import { describe, expect, test } from "vitest";
import { block, say } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { daemonRequests, of, openTestDeck } from "../kit/deck.ts";

describe("the goal of a run that waits", () => {
  test("can be changed: the daemon is told the old and the new one once, and the view has the new one", async () => {
    await using kit = await openTestDeck({
      answer(request) {
        if (!isDaemon(request)) return say("Done.");
        return request.lastUserText.includes("GOAL CHANGED:")
          ? block({ status: "done", chat: "As you like." })
          : block({ status: "waiting", chat: "Shall I?" });
      },
    });
    const opened = await kit.startGoal("Paint it black.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.waiting");
    const { from } = await kit.deck.send({ type: "goal.edit", goal: "Paint it blue." });
    expect(from).toBe("Paint it black.");
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "goal.changed")).toMatchObject([
      { source: "netrunner", body: { from: "Paint it black.", to: "Paint it blue." } },
    ]);
    const told = daemonRequests(kit.api).filter(({ lastUserText }) => lastUserText.includes("GOAL CHANGED:"));
    expect(told).toHaveLength(1);
    expect(told[0]?.lastUserText).toMatch(/old:\n\s+Paint it black\.\nnew:\n\s+Paint it blue\./);
    const { view } = await kit.deck.send({ type: "run.show", run: opened.run });
    expect([view.goal, view.status]).toEqual(["Paint it blue.", "done"]);
  });

  test("is not changed into itself, and a run of tasks has none", async () => {
    await using kit = await openTestDeck({ answer: () => block({ status: "waiting", chat: "?" }) });
    const opened = await kit.startGoal("Paint it black.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.waiting");
    await expect(kit.deck.send({ type: "goal.edit", goal: "Paint it black." })).rejects.toMatchObject({
      code: "goal.same",
    });
    const tasks = await kit.startTasks(["a task"]);
    await expect(kit.deck.send({ type: "goal.edit", run: tasks.run, goal: "g" })).rejects.toMatchObject({
      code: "goal.none",
    });
  });
});
