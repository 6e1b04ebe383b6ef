import { describe, expect, test } from "vitest";
import { block, say, type Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import type { SpawnAction } from "../../../src/protocol/action.ts";
import { heading } from "../../../src/protocol/briefing.ts";
import { daemonRequests, doneWhenIdle, of, openTestDeck, outcomesOf, requestsOf } from "../../kit/deck.ts";
import { someModels } from "../../policy/caliber/fixtures.ts";

/** A daemon that spawns these at its goal, and is done when they have ended. */
const spawning =
  (...picks: Pick<SpawnAction, "model" | "effort">[]): Answerer =>
  (request) => {
    if (!isDaemon(request)) return say("Worked.");
    if (!request.lastUserText.includes(heading.goal)) return doneWhenIdle("Done.")(request);
    const actions = picks.map((pick, index) => ({
      type: "spawn" as const,
      task: `Look at part ${index + 1}.`,
      ...pick,
    }));
    return block({ actions, status: "waiting" });
  };

/** Model and effort of each construct's requests, as they reached the provider. */
const workers = (kit: Parameters<typeof requestsOf>[0]) =>
  requestsOf(kit)
    .filter((request) => !isDaemon(request))
    .map(({ model, effort }) => `${model} ${effort}`);

describe("what the daemon picks", () => {
  test("runs on what it picked, and where the model lacks the effort on the next lower one, which is told", async () => {
    await using kit = await openTestDeck({
      calibers: someModels,
      answer: spawning({ model: "opus", effort: "max" }, { model: "sonnet", effort: "xhigh" }, {}),
    });
    const events = await kit.runGoal("Look at it.");
    expect(new Set(workers(kit.api))).toEqual(
      new Set(["claude-opus-5-5 max", "claude-sonnet-5-5 high", "claude-sonnet-5-5 high"]),
    );
    const second = of(events, "construct.queued")[1]?.body.construct ?? "";
    expect(of(events, "caliber.clamped").map(({ body }) => body)).toEqual([
      {
        construct: second,
        asked: { model: "sonnet", effort: "xhigh" },
        given: { model: "sonnet", effort: "high" },
        why: "sonnet has the efforts low, medium, high",
      },
    ]);
    const outcome = outcomesOf(events).find(({ id }) => id === second);
    expect(outcome?.caliber_asked).toEqual({ model: "sonnet", effort: "xhigh" });
    expect(outcome?.caliber_given).toEqual({ model: "sonnet", effort: "high", fast: false });
    const told = daemonRequests(kit.api).map(({ lastUserText }) => lastUserText);
    expect(told.join("\n")).toContain("sonnet·high (asked: sonnet·xhigh)");
  });

  test("is refused when there is no such model, with what there is, and the rest of the block is carried out", async () => {
    await using kit = await openTestDeck({
      calibers: someModels,
      answer: spawning({ model: "sonet" }, { model: "gpt-9" }, { model: "haiku" }),
    });
    const events = await kit.runGoal("Look at it.");
    const refused = of(events, "spawn.refused").map(({ body }) => body);
    expect(refused.map(({ rule }) => rule)).toEqual(["caliber.unknown", "caliber.unknown"]);
    expect(refused[0]?.reason).toBe(
      'the agent has no model "sonet"; there are default, opus, sonnet, haiku; did you mean sonnet?',
    );
    expect(outcomesOf(events).map(({ caliber_given }) => caliber_given?.model)).toEqual(["haiku"]);
    const [, second] = daemonRequests(kit.api);
    expect(second?.lastUserText).toContain(heading.refusals);
    expect(second?.lastUserText).toContain('the agent has no model "gpt-9"');
  });

  test("may be an earlier version that the agent does not list, by its name or by its alias", async () => {
    await using kit = await openTestDeck({
      calibers: someModels,
      answer: spawning({ model: "opus[4.6]", effort: "low" }, { model: "claude-opus-4-6", effort: "low" }),
    });
    const events = await kit.runGoal("Look at it.");
    expect(workers(kit.api)).toEqual(["claude-opus-4-6 low", "claude-opus-4-6 low"]);
    expect(outcomesOf(events).map(({ model_given }) => model_given)).toEqual(["claude-opus-4-6", "claude-opus-4-6"]);
  });

  test("does not count against what the netrunner has fixed, which is told before and after", async () => {
    await using kit = await openTestDeck({
      calibers: someModels,
      settings: { caliber: { model: "haiku", effort: "high" }, caliber_fixed: ["model"] },
      answer: spawning({ model: "opus", effort: "low" }),
    });
    const events = await kit.runGoal("Look at it.");
    const [outcome] = outcomesOf(events);
    expect(outcome?.model_given).toBe("claude-haiku-5-5");
    expect(outcome?.caliber_given).toEqual({ model: "haiku", effort: "low", fast: false });
    expect(outcome?.caliber_asked).toEqual({ model: "opus", effort: "low" });
    expect(of(events, "caliber.clamped").map(({ body }) => body.why)).toEqual(["the netrunner has fixed it"]);
    const [first] = daemonRequests(kit.api);
    expect(first?.lastUserText).toContain(
      "CALIBER: haiku·high by default; the netrunner has fixed its model for all constructs.",
    );
  });
});

describe("the netrunner's own calibers", () => {
  test("are those of manual spawns and of the daemon, clamped like every other", async () => {
    await using kit = await openTestDeck({
      calibers: someModels.map((model) => ({ ...model, efforts: ["medium"] })),
      settings: { caliber: { model: "haiku", effort: "max" }, daemon_caliber: { model: "opus", effort: "low" } },
      answer: spawning({}),
    });
    const tasks = await kit.runTasks(["Look."]);
    expect(of(tasks, "caliber.clamped").map(({ body }) => body.given)).toEqual([{ model: "haiku", effort: "medium" }]);
    const goal = await kit.runGoal("Look at it.");
    expect(of(goal, "caliber.clamped").at(0)?.body).toMatchObject({
      daemon: of(goal, "daemon.started")[0]?.body.daemon,
      asked: { model: "opus", effort: "low" },
      given: { model: "opus", effort: "medium" },
    });
    expect(of(goal, "daemon.started")[0]?.body.caliber).toEqual({ model: "opus", effort: "medium" });
    expect(daemonRequests(kit.api)[0]).toMatchObject({ model: "claude-opus-5-5", effort: "medium" });
  });

  test("are refused before a run is opened when there is no such model, with the name that was probably meant", async () => {
    await using kit = await openTestDeck({ calibers: someModels });
    const wrong = [
      { caliber: { model: "opuss", effort: "high" } },
      { daemon_caliber: { model: "opuss", effort: "high" } },
      { tripwire_author: { model: "opuss", effort: "low" } },
    ] as const;
    for (const change of wrong) {
      const settings = { ...kit.settings, ...change };
      const opening = kit.deck.send({ type: "goal.set", goal: "G", settings, command_line: [] });
      await expect(opening).rejects.toMatchObject({
        kind: "usage",
        code: "caliber.unknown",
        message: expect.stringContaining('no model "opuss"; there are default, opus, sonnet, haiku'),
        hint: expect.stringMatching(/^Did you mean --(model|daemon-model|tripwire-author) opus\?/),
      });
    }
    expect(await kit.deck.send({ type: "runs.list" })).toEqual({ runs: [] });
  });
});

describe("the daemon's prompt", () => {
  test("lists the models of the agent, and is the same bytes in every run", async () => {
    await using kit = await openTestDeck({ calibers: "ask", answer: spawning({}) });
    const events = await kit.runGoal("Look at it.");
    await kit.runGoal("Look at it once more.");
    // Before it the agent puts a line of its own.
    const prompts = new Set(
      daemonRequests(kit.api).map(({ system }) => system.slice(system.indexOf("You are the daemon"))),
    );
    expect(prompts.size).toBe(1);
    const known = of(events, "calibers.known")[0]?.body;
    expect(known?.from).toBe("agent");
    for (const name of known?.models ?? ["none"]) expect([...prompts][0]).toContain(`\n- ${name}: `);
    expect([...prompts][0]).toMatch(/- sonnet: .*; low medium high xhigh max; \$[\d.]+\/\$[\d.]+\n/);
  });
});
