import { describe, expect, test } from "vitest";
import { block, say, type Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import type { OfflineApi } from "../../../src/offline/server.ts";
import { heading } from "../../../src/protocol/briefing.ts";
import type { Model } from "../../../src/protocol/models.ts";
import { doneWhenIdle, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { someModels } from "../../policy/caliber/fixtures.ts";

/** The model and the speed of each request that came in. */
const speeds = (api: OfflineApi): string[] =>
  api.requests.flatMap(({ body, path }) => {
    if (path !== "/v1/messages" || typeof body !== "object" || body === null) return [];
    return [`${String(Reflect.get(body, "model"))} ${String(Reflect.get(body, "speed") ?? "usual")}`];
  });

const fast = { caliber: { model: "opus", effort: "low" }, fast_mode: true } as const;

describe("fast mode", () => {
  test("is off unless the netrunner wants it, and no word of it is on the record then", async () => {
    await using kit = await openTestDeck({ calibers: someModels, settings: { ...fast, fast_mode: false } });
    const events = await kit.runTasks(["Look."]);
    expect(speeds(kit.api)).toEqual(["claude-opus-5-5 usual"]);
    expect([...of(events, "caliber.fast_applied"), ...of(events, "caliber.fast_skipped")]).toEqual([]);
    expect(outcomesOf(events)[0]?.caliber_given?.fast).toBe(false);
  });

  test("reaches the provider where the model has it, and the agent's own word is in the outcome", async () => {
    await using kit = await openTestDeck({ calibers: someModels, settings: fast });
    const events = await kit.runTasks(["Look."]);
    expect(speeds(kit.api)).toEqual(["claude-opus-5-5 fast"]);
    expect(of(events, "caliber.fast_applied").map(({ body }) => body.model)).toEqual(["opus"]);
    expect(of(events, "caliber.fast_skipped")).toEqual([]);
    expect(outcomesOf(events)[0]?.caliber_given).toEqual({ model: "opus", effort: "low", fast: true });
  });

  test("is skipped, with the reason, where the model has none or is not listed, and never applied to a daemon", async () => {
    const answer: Answerer = (request) => {
      if (!isDaemon(request)) return say("Worked.");
      if (!request.lastUserText.includes(heading.goal)) return doneWhenIdle("Done.")(request);
      const actions = ["sonnet", "claude-opus-4-6"].map((model) => ({
        type: "spawn" as const,
        task: `With ${model}.`,
        model,
      }));
      return block({ actions, status: "waiting" });
    };
    await using kit = await openTestDeck({ calibers: someModels, settings: fast, answer });
    const events = await kit.runGoal("Look at it.");
    expect(new Set(speeds(kit.api).map((line) => line.split(" ")[1]))).toEqual(new Set(["usual"]));
    expect(new Set(of(events, "caliber.fast_skipped").map(({ body }) => body.why))).toEqual(
      new Set([
        "sonnet has no fast mode",
        "the agent does not list claude-opus-4-6, so it is not known to have a fast mode",
      ]),
    );
    expect(of(events, "caliber.fast_applied")).toEqual([]);
  });

  test("that the agent does not grant although it was asked for is told by its own word", async () => {
    const wrongly: Model[] = someModels.map((model) => ({ ...model, fast: true }));
    const settings = { ...fast, caliber: { model: "sonnet", effort: "low" } } as const;
    await using kit = await openTestDeck({ calibers: wrongly, settings });
    const events = await kit.runTasks(["Look."]);
    expect(speeds(kit.api)).toEqual(["claude-sonnet-5-5 usual"]);
    expect(of(events, "caliber.fast_applied")).toHaveLength(1);
    expect(of(events, "caliber.fast_skipped").map(({ body }) => body.why)).toEqual(["the agent says that it is off"]);
    expect(outcomesOf(events)[0]?.caliber_given?.fast).toBe(false);
  });

  test("can be switched in an open run, and holds for what starts afterwards", async () => {
    const answer: Answerer = (request) => {
      if (!isDaemon(request)) return say("Worked.");
      const { lastUserText } = request;
      if (lastUserText.includes(heading.goal)) return block({ chat: "Fast?", status: "waiting" });
      if (!lastUserText.includes(heading.netrunner)) return doneWhenIdle("Done.")(request);
      return block({ actions: [{ type: "spawn", task: "Look.", model: "opus" }], status: "waiting" });
    };
    await using kit = await openTestDeck({ calibers: someModels, answer });
    const opened = await kit.startGoal("Look at it.");
    await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.waiting");
    await kit.deck.send({ type: "settings.change", settings: { fast_mode: true } });
    await kit.deck.send({ type: "say", text: "Yes, fast." });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "caliber.fast_applied")).toHaveLength(1);
    expect(speeds(kit.api)).toContain("claude-opus-5-5 fast");
  });

  test("is nothing that the daemon can choose: the word in its action is refused, and said to be", async () => {
    const answer: Answerer = (request) => {
      if (!isDaemon(request)) return say("Worked.");
      if (!request.lastUserText.includes(heading.goal))
        return block({ status: "done", chat: request.lastUserText.includes("fast") ? "Told." : "Not told." });
      const wish = { type: "spawn", task: "Look.", model: "opus", fast: true } as const;
      return block({ actions: [wish], status: "waiting" });
    };
    await using kit = await openTestDeck({ calibers: someModels, answer });
    const events = await kit.runGoal("Look at it.");
    expect(speeds(kit.api).some((line) => line.endsWith("fast"))).toBe(false);
    expect(of(events, "daemon.action_rejected").map(({ body }) => body.problem)).toEqual([
      "fast: fast mode is the netrunner's switch alone; leave it out",
    ]);
    expect(of(events, "daemon.chat").at(-1)?.body.text).toBe("Told.");
  });
});
