import { describe, expect, test } from "vitest";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import { call, say, silent, type Answerer } from "../../src/offline/reply.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { RunSettings } from "../../src/protocol/settings.ts";
import { eventually, leftOf, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";

const change = (kit: TestDeck, settings: Partial<RunSettings>) => kit.deck.send({ type: "settings.change", settings });

/** Waits until so many events of a type have been, and gives all up to there. */
function nth(kit: TestDeck, afterSeq: number, type: DeckEvent["type"], count: number): Promise<DeckEvent[]> {
  let seen = 0;
  return kit.eventsUntil(afterSeq, (event) => event.type === type && ++seen === count);
}

/** A model that answers nobody until the test lets it. */
function gatedModel() {
  const waiting: (() => void)[] = [];
  let isOpen = false;
  const answer: Answerer = async () => {
    if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
    return say("Done.");
  };
  return {
    answer,
    /** Lets everybody answer from now on. */
    open() {
      isOpen = true;
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

/** Agents that begin to start, and are up only when the test lets them. */
function slowStarts() {
  const gates: (() => void)[] = [];
  let begun = 0;
  const driver = (usual: AgentDriver): AgentDriver => ({
    ...usual,
    async open(spec) {
      begun += 1;
      await new Promise<void>((resolve) => gates.push(resolve));
      return usual.open(spec);
    },
  });
  return {
    driver,
    until: (count: number) => eventually(() => begun >= count, `${count} agents have begun to start`),
    begun: () => begun,
    /** Lets the first of those that wait come up. */
    raise: () => gates.shift()?.(),
  };
}

/** The most that were between two kinds of events at any time. */
function mostBetween(
  events: readonly DeckEvent[],
  from: "construct.started",
  to: "construct.ready" | "construct.ended",
) {
  let now = 0;
  let most = 0;
  for (const { type } of events) {
    if (type === from) most = Math.max(most, (now += 1));
    else if (type === to) now -= 1;
  }
  return most;
}

const tasks = (count: number): string[] => Array.from({ length: count }, (_, index) => `Task ${index}.`);

describe("a change of how many work", () => {
  test("upwards starts those who wait at once, while the others are still at work", async () => {
    const model = gatedModel();
    await using kit = await openTestDeck({ answer: model.answer, settings: { max_concurrent: 1 } });
    const opened = await kit.startTasks(tasks(3));
    const before = await nth(kit, opened.afterSeq, "construct.started", 1);
    await change(kit, { max_concurrent: 3 });
    const grown = await nth(kit, before.at(-1)?.seq ?? 0, "construct.started", 2);
    expect(of(grown, "construct.ended")).toEqual([]);
    model.open();
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done"]);
    expect(mostBetween(events, "construct.started", "construct.ended")).toBe(3);
  });

  test("downwards ends nobody, and nobody starts until fewer are at work", async () => {
    const model = gatedModel();
    await using kit = await openTestDeck({ answer: model.answer, settings: { max_concurrent: 3 } });
    const opened = await kit.startTasks(tasks(6));
    await nth(kit, opened.afterSeq, "construct.started", 3);
    await change(kit, { max_concurrent: 1 });
    model.open();
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(tasks(6).map(() => "done"));
    const started = of(events, "construct.started").map(({ seq }) => seq);
    const ended = of(events, "construct.ended").map(({ seq }) => seq);
    // The fourth begins when the third has ended, and each further one after the one before it.
    expect(started.slice(3).map((seq, index) => seq > (ended[index + 2] ?? Number.POSITIVE_INFINITY))).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe("a change of how many start at a time", () => {
  test("upwards lets more start beside the one that is on the way up", async () => {
    const agents = slowStarts();
    await using kit = await openTestDeck({ driver: agents.driver, settings: { max_starting: 1 } });
    const opened = await kit.startTasks(tasks(3));
    await agents.until(1);
    expect(agents.begun()).toBe(1);
    await change(kit, { max_starting: 3 });
    await agents.until(3);
    for (let count = 0; count < 3; count += 1) agents.raise();
    expect(outcomesOf(await kit.untilClosed(opened.afterSeq)).length).toBe(3);
  });

  test("downwards holds for whoever starts next: first all that are on the way up, and then one by one", async () => {
    const agents = slowStarts();
    await using kit = await openTestDeck({ driver: agents.driver, settings: { max_starting: 3 } });
    const opened = await kit.startTasks(tasks(5));
    await agents.until(3);
    await change(kit, { max_starting: 1 });
    const begun: number[] = [];
    let isOver = false;
    const end = kit.untilClosed(opened.afterSeq).finally(() => (isOver = true));
    for (let up = 1; up <= 5; up += 1) {
      agents.raise();
      await nth(kit, opened.afterSeq, "construct.ready", up);
      begun.push(agents.begun());
      if (up >= 3 && up < 5) await agents.until(up + 1);
    }
    expect(outcomesOf(await end).length).toBe(5);
    expect([begun.slice(0, 2), isOver]).toEqual([[3, 3], true]);
    // One that is up makes room for one.
    expect(begun.slice(2).every((count, index) => count <= index + 4)).toBe(true);
  });
});

describe("a change of the hold window", () => {
  const holding: Answerer = ({ messages }) => {
    const made = messages.filter(({ calls }) => calls.length > 0).length;
    return made < 2 ? call("Bash", { command: `echo call ${made + 1}` }) : say("Done.");
  };
  const held = (settings: Partial<RunSettings>) =>
    openTestDeck({
      answer: holding,
      settings,
      judge: (usual) => (made) =>
        made.tool === "Bash" ? { decision: "hold", rule: "test.hold", reason: "Look.", effects: [] } : usual(made),
    });

  test.each([
    ["to nothing: it is denied without a wait", null, 0],
    ["to a moment: it is denied after that", null, 50],
  ] as const)("holds for the next held call, %s", async (_, from, to) => {
    await using kit = await held({ hold_window_ms: from });
    const opened = await kit.startTasks(["Try."]);
    const first = of(await nth(kit, opened.afterSeq, "hold.opened", 1), "hold.opened")[0]?.body;
    expect(first?.deadline ?? null).toBeNull();
    await change(kit, { hold_window_ms: to });
    await kit.deck.send({ type: "hold.answer", hold: first?.hold ?? "", answer: "allow" });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(of(events, "gate.judged").map(({ body }) => body.decision)).toEqual(["allow", "deny"]);
    expect(of(events, "hold.closed").map(({ body }) => body.end)).toEqual(["allow", "expired"]);
  });

  test("to no end has the next held call wait until it is answered", async () => {
    await using kit = await held({ hold_window_ms: 0 });
    const opened = await kit.startTasks(["Try."]);
    const before = await nth(kit, opened.afterSeq, "gate.judged", 1);
    expect(of(before, "gate.judged")[0]?.body.decision).toBe("deny");
    await change(kit, { hold_window_ms: null });
    const events = await kit.eventsUntil(opened.afterSeq, (event) => {
      if (event.type === "hold.opened" && event.body.deadline === null)
        void kit.deck.send({ type: "hold.answer", hold: event.body.hold, answer: "allow" });
      return event.type === "run.closed";
    });
    // The agent may have come with its second call before the change.
    expect(of(events, "gate.judged").length).toBe(2);
    expect(of(events, "gate.judged")[1]?.body.decision).toBe("allow");
  });
});

describe("a change of the times of a construct that is silent", () => {
  test("lowers its limit for silence: it is stopped as a stall", async () => {
    await using kit = await openTestDeck({ answer: () => silent() });
    const opened = await kit.startTasks(["Say something."]);
    await nth(kit, opened.afterSeq, "construct.ready", 1);
    await change(kit, { idle_limit_ms: 1 });
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "killed", cause: "stall" }]);
    expect(leftOf(events)).toEqual([]);
  });

  test("lowers the silence that is warned of: the netrunner is told, and the construct goes on", async () => {
    const model = gatedModel();
    await using kit = await openTestDeck({ answer: model.answer });
    const opened = await kit.startTasks(["Say something."]);
    await nth(kit, opened.afterSeq, "construct.ready", 1);
    await change(kit, { idle_warn_ms: 1 });
    const warned = await nth(kit, opened.afterSeq, "attention.raised", 1);
    expect(of(warned, "attention.raised")[0]?.body.kind).toBe("construct.stalled");
    model.open();
    expect(outcomesOf(await kit.untilClosed(opened.afterSeq))).toMatchObject([{ state: "done" }]);
  });
});

describe("a bound that is set while the run is at work", () => {
  test.each([
    ["construct_turns", { construct_turns: 1 }, { construct_turns: 0 }],
    ["construct_tokens", { construct_tokens: 1 }, { construct_tokens: 0 }],
    ["construct_usd", { construct_usd: 0.000_001 }, { construct_usd: 0 }],
    ["run_turns", { run_turns: 1 }, { run_turns: 0 }],
    ["run_tokens", { run_tokens: 1 }, { run_tokens: 0 }],
    ["run_time_ms", { run_time_ms: 1 }, { run_time_ms: 0 }],
    ["budget_usd", { budget_usd: 0.000_001 }, { budget_usd: 0 }],
    ["day_usd", { day_usd: 0.000_001 }, { day_usd: 0 }],
  ] as const)("holds at the next call, by %s, for what was used before as well", async (which, bound, none) => {
    const asked = Promise.withResolvers<void>();
    const open = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      calibers: "ask",
      async answer({ messages }) {
        const made = messages.filter(({ calls }) => calls.length > 0).length;
        if (made === 1) {
          asked.resolve();
          await open.promise;
        }
        return made < 2 ? call("Bash", { command: `echo call ${made + 1}` }) : say("Called twice.");
      },
    });
    const opened = await kit.startTasks(["Call."]);
    await asked.promise;
    await change(kit, bound);
    open.resolve();
    const paused = await nth(kit, opened.afterSeq, "attention.raised", 1);
    expect(of(paused, "attention.raised")[0]?.body.bound?.which).toBe(which);
    expect(of(paused, "gate.judged").length).toBe(1);
    await change(kit, none);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Called twice." }]);
    expect(of(events, "attention.raised").length).toBe(1);
  });
});
