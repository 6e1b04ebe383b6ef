import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Deck } from "../../src/host/deck.ts";
import { block, call, say, type Answerer } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { RunSettings } from "../../src/protocol/settings.ts";
import { daemonRequests, doneWhenIdle, leftOf, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";

/** Calls so many times, then says so. */
const calling =
  (times: number): Answerer =>
  (request) => {
    const made = request.messages.filter(({ calls }) => calls.length > 0).length;
    return made < times ? call("Bash", { command: `echo call ${made + 1}` }) : say(`Called ${made} times.`);
  };

const change = (deck: Deck, settings: Partial<RunSettings>) => deck.send({ type: "settings.change", settings });

const isRaised = (event: DeckEvent): boolean => event.type === "attention.raised";

const requestsOf = (kit: TestDeck): number => kit.api.requests.filter(({ path }) => path === "/v1/messages").length;

/** Waits until the deck asks, and gives what it asks. */
async function untilAsked(kit: TestDeck, afterSeq: number) {
  const events = await kit.eventsUntil(afterSeq, isRaised);
  const item = of(events, "attention.raised")[0]?.body;
  if (item === undefined) throw new Error("nobody asked");
  return { events, item, seq: events.at(-1)?.seq ?? 0 };
}

describe("a construct beyond its bound", () => {
  test("that never comes to the gate, since its agent refuses each call itself, is ended a few requests later", async () => {
    // The agent does not run a lone sleep, and does not ask anybody.
    await using kit = await openTestDeck({
      settings: { construct_turns: 2 },
      answer: ({ messages }) =>
        messages.filter(({ calls }) => calls.length > 0).length < 40
          ? call("Bash", { command: "sleep 300" })
          : say("Slept forty times."),
    });
    const events = await kit.runTasks(["Sleep."]);
    expect(outcomesOf(events)).toMatchObject([{ state: "killed", cause: "budget:construct_turns" }]);
    expect(of(events, "gate.judged")).toEqual([]);
    // Two up to the bound and four beyond it, each counted once.
    expect(requestsOf(kit)).toBeGreaterThanOrEqual(6);
    expect(requestsOf(kit)).toBeLessThan(12);
  });
});

describe("a construct at its bound", () => {
  test.each([
    ["construct_turns", { construct_turns: 2 }, 2, { construct_turns: 0 }],
    ["construct_tokens", { construct_tokens: 10 }, 1, { construct_tokens: 0 }],
    ["construct_usd", { construct_usd: 0.000_01 }, 1, { construct_usd: 0 }],
  ] as const)(
    "waits before its next call, by %s, and goes on after a raise without a request of before",
    async (which, bound, made, raised) => {
      await using kit = await openTestDeck({ settings: bound, calibers: "ask", answer: calling(4) });
      const opened = await kit.startTasks(["Call."]);
      const { item, events, seq } = await untilAsked(kit, opened.afterSeq);
      expect(item).toMatchObject({ kind: "bound.construct", bound: { which } });
      expect(of(events, "gate.judged").length).toBe(made - 1);
      expect(requestsOf(kit)).toBe(made);
      const view = await kit.deck.snapshot();
      expect(Object.values(view?.constructs ?? {})).toMatchObject([{ state: "paused" }]);
      await change(kit.deck, raised);
      const rest = await kit.untilClosed(seq);
      expect(outcomesOf(rest)).toMatchObject([{ state: "done", result: "Called 4 times." }]);
      expect(requestsOf(kit)).toBe(5);
      expect(of(rest, "attention.closed")[0]?.body).toMatchObject({ item: item.item, how: "continued" });
      expect(of(rest, "construct.continued").length).toBe(1);
      // The call that came to the gate last had no verdict until then.
      const continued = of(rest, "construct.continued")[0]?.seq ?? 0;
      const judged = of(await kit.untilClosed(opened.afterSeq), "gate.judged").map(({ seq: at }) => at > continued);
      expect(judged).toEqual([0, 1, 2, 3].map((at) => at >= made - 1));
    },
  );

  test("goes on by an answer for it alone, and asks again at the new bound", async () => {
    await using kit = await openTestDeck({ settings: { construct_turns: 2 }, answer: calling(4) });
    const opened = await kit.startTasks(["Call."]);
    const first = await untilAsked(kit, opened.afterSeq);
    await expect(
      kit.deck.send({ type: "bound.answer", item: first.item.item, answer: "raise", to: 1 }),
    ).rejects.toMatchObject({ code: "bound.too_low" });
    await kit.deck.send({ type: "bound.answer", item: first.item.item, answer: "raise", to: 3 });
    const second = await untilAsked(kit, first.seq);
    expect(second.item.bound).toMatchObject({ limit: 3, used: 3 });
    await expect(kit.deck.send({ type: "bound.answer", item: first.item.item, answer: "raise" })).rejects.toMatchObject(
      {
        code: "bound.late",
      },
    );
    await kit.deck.send({ type: "construct.continue", construct: second.item.construct ?? "" });
    expect(outcomesOf(await kit.untilClosed(second.seq))).toMatchObject([{ state: "done" }]);
  });

  test("is ended with what it has so far, under the name of the bound", async () => {
    await using kit = await openTestDeck({ settings: { construct_turns: 2 }, answer: calling(4) });
    const opened = await kit.startTasks(["Call."]);
    const { item } = await untilAsked(kit, opened.afterSeq);
    await kit.deck.send({ type: "bound.answer", item: item.item, answer: "end" });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events)).toMatchObject([
      { state: "killed", cause: "budget:construct_turns", result: "call 1", result_from: "tool" },
    ]);
    expect(of(events, "attention.closed").length).toBe(1);
    expect(leftOf(events)).toEqual([]);
  });

  test("is told once that it nears it, in the middle of its work", async () => {
    await using kit = await openTestDeck({ settings: { construct_turns: 5 }, answer: calling(4) });
    const events = await kit.runTasks(["Call."]);
    expect(of(events, "construct.told").map(({ body }) => body)).toMatchObject([
      { origin: "deck", text: expect.stringContaining("1 model request") },
    ]);
    expect(of(events, "attention.raised")).toEqual([]);
    expect(outcomesOf(events)).toMatchObject([{ state: "done" }]);
  });

  test("that it reaches with its last request, simply ends", async () => {
    await using kit = await openTestDeck({ settings: { construct_turns: 1 }, answer: () => say("Done.") });
    const events = await kit.runTasks(["Say it."]);
    expect(outcomesOf(events)).toMatchObject([{ state: "done" }]);
    expect(of(events, "attention.raised")).toEqual([]);
  });
});

describe("a run at its bound", () => {
  test.each([
    ["budget_usd", "budget.run", { budget_usd: 0.000_01 }, { budget_usd: 0 }],
    ["day_usd", "budget.day", { day_usd: 0.000_01 }, { day_usd: 0 }],
    ["run_turns", "budget.turns", { run_turns: 2 }, { run_turns: 100 }],
    ["run_tokens", "budget.tokens", { run_tokens: 10 }, { run_tokens: 0 }],
    ["run_time_ms", "budget.time", { run_time_ms: 1 }, { run_time_ms: 0 }],
  ] as const)(
    "asks once for all, by %s, starts nothing, and all goes on after a raise",
    async (which, rule, bound, raised) => {
      await using kit = await openTestDeck({
        settings: { ...bound, max_concurrent: 2 },
        calibers: "ask",
        answer: calling(2),
      });
      const opened = await kit.startTasks(["One.", "Two.", "Three."]);
      const paused = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.paused");
      expect(of(paused, "run.paused")[0]?.body.rule).toBe(rule);
      expect(of(paused, "attention.raised")[0]?.body).toMatchObject({ kind: "bound.run", bound: { which } });
      expect((await kit.deck.snapshot())?.status).toBe("paused");
      await change(kit.deck, raised);
      const events = await kit.untilClosed(opened.afterSeq);
      expect(of(events, "attention.raised").length).toBe(1);
      expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done"]);
      const pausedAt = of(events, "run.paused")[0]?.seq ?? 0;
      const continuedAt = of(events, "run.continued")[0]?.seq ?? 0;
      expect(continuedAt).toBeGreaterThan(pausedAt);
      const atBound = events.filter(({ seq }) => seq > pausedAt && seq < continuedAt);
      expect(of(atBound, "gate.judged")).toEqual([]);
      expect(of(atBound, "construct.started")).toEqual([]);
      // Three requests each, and none twice.
      expect(requestsOf(kit)).toBe(9);
      expect(of(events, "construct.started").length).toBe(3);
    },
  );

  test("gives its daemon no turn, and is over when nothing is left to do", async () => {
    await using kit = await openTestDeck({
      settings: { run_turns: 2 },
      answer: scripted({
        daemon: [block({ actions: [{ type: "spawn", task: "One." }], status: "waiting" })],
        afterwards: doneWhenIdle("One of one."),
      }),
    });
    const opened = await kit.startGoal("Do one.");
    const { seq, item } = await untilAsked(kit, opened.afterSeq);
    expect(item).toMatchObject({ kind: "bound.run", bound: { used: 2, limit: 2 } });
    await kit.deck.send({ type: "bound.answer", item: item.item, answer: "raise", to: 3 });
    const rest = await kit.untilClosed(seq);
    expect(daemonRequests(kit.api).at(-1)?.lastUserText).toContain(
      "BOUNDS:\n- the run has used 2 model requests; its bound is 2 model requests; the netrunner was asked",
    );
    const report = readFileSync(join(of(rest, "run.closed")[0]?.body.folder ?? "", "report.md"), "utf8");
    expect(report).toMatch(/Used: 3 model requests, \d+ tokens/);
    expect(report).toContain("paused (budget.turns)");
    // The third request is the last one: a bound that nothing goes beyond is no question.
    expect(of(rest, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "One of one." });
    expect(of(rest, "attention.raised")).toEqual([]);
  });

  test("is ended for good if the netrunner wants that", async () => {
    await using kit = await openTestDeck({ settings: { run_turns: 1 }, answer: calling(2) });
    const opened = await kit.startTasks(["One."]);
    const { item } = await untilAsked(kit, opened.afterSeq);
    await kit.deck.send({ type: "bound.answer", item: item.item, answer: "end" });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "run.closed")[0]?.body.status).toBe("stopped");
    expect(outcomesOf(events)).toMatchObject([{ state: "killed", cause: "budget:run_turns" }]);
    expect(leftOf(events)).toEqual([]);
  });

  test("that a day has reached, holds for the next run of the home too", async () => {
    await using kit = await openTestDeck({ settings: { day_usd: 0 }, calibers: "ask", answer: calling(1) });
    const first = await kit.runTasks(["One."]);
    const spent = of(first, "agent.used").reduce((sum, { body }) => sum + body.cost_usd, 0);
    expect(spent).toBeGreaterThan(0);
    const settings = { ...kit.settings, day_usd: spent / 2 };
    const opened = await kit.deck.send({ type: "spawn", tasks: ["Two."], settings, command_line: [] });
    const { events, item } = await untilAsked(kit, opened.afterSeq);
    expect(of(events, "construct.started")).toEqual([]);
    expect(item.bound).toMatchObject({ which: "day_usd", used: expect.closeTo(spent, 6) });
    await kit.deck.send({ type: "bound.answer", item: item.item, answer: "raise", to: spent * 100 });
    expect(outcomesOf(await kit.untilClosed(opened.afterSeq))).toMatchObject([{ state: "done" }]);
  });
});
