import { describe, expect, test } from "vitest";
import { timekeeper } from "../../src/engine/construct/time-limits.ts";
import { call, say, silent, slow } from "../../src/offline/reply.ts";
import { leftOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";
import { handClock } from "../kit/hand-clock.ts";

function kept(limits = { idle_warn_ms: 50, idle_limit_ms: 100, time_limit_ms: 1000 }, workedMs = 0) {
  const clock = handClock();
  const told: string[] = [];
  const keeper = timekeeper({
    limits: () => limits,
    clock,
    workedMs,
    onTimeUp: () => told.push("time is up"),
    stop: (cause) => {
      told.push(cause);
      keeper.close();
    },
    onStalled: (ms) => told.push(`stalled ${ms}`),
    onAlive: () => told.push("alive"),
  });
  return { keeper, clock, told, limits };
}

describe("the times of a construct", () => {
  test("warn of a silence once, and stop at the limit", () => {
    const { keeper, clock, told } = kept();
    keeper.start();
    clock.pass(500);
    expect(told).toEqual(["stalled 50", "stall"]);
  });

  test("a sign of life ends the warning, and the next silence is warned of again", () => {
    const { keeper, clock, told } = kept();
    keeper.start();
    clock.pass(60);
    keeper.sign();
    clock.pass(60);
    expect(told).toEqual(["stalled 50", "alive", "stalled 50"]);
  });

  test("do not run while it waits for the netrunner, also when it waits twice at once or from before its start", () => {
    const { keeper, clock, told } = kept();
    keeper.wait(true);
    keeper.start();
    clock.pass(5000);
    keeper.wait(true);
    clock.pass(5000);
    keeper.wait(false);
    clock.pass(5000);
    keeper.wait(false);
    clock.pass(40);
    expect(told).toEqual([]);
    for (let ms = 40; ms < 980; ms += 20) {
      keeper.sign();
      clock.pass(20);
    }
    expect(told).toEqual([]);
    clock.pass(20);
    expect(told).toEqual(["time is up"]);
  });

  test("hold as they are changed, in both directions", () => {
    const { keeper, clock, told, limits } = kept();
    keeper.start();
    clock.pass(90);
    limits.idle_limit_ms = 10_000;
    limits.idle_warn_ms = 0;
    keeper.rearm();
    clock.pass(500);
    expect(told).toEqual(["stalled 50"]);
    limits.time_limit_ms = 100;
    keeper.rearm();
    clock.pass(1);
    expect(told).toEqual(["stalled 50", "time is up"]);
  });

  test("are up once for each limit, and it works on", () => {
    const { keeper, clock, told, limits } = kept({ idle_warn_ms: 0, idle_limit_ms: 1000, time_limit_ms: 100 });
    keeper.start();
    clock.pass(300);
    expect(told).toEqual(["time is up"]);
    limits.time_limit_ms = 400;
    keeper.rearm();
    clock.pass(99);
    expect(told).toEqual(["time is up"]);
    clock.pass(1);
    expect(told).toEqual(["time is up", "time is up"]);
    limits.time_limit_ms = 0;
    keeper.rearm();
    clock.pass(500);
    expect(told.length).toBe(2);
  });

  test("go on from what was worked in an earlier life", () => {
    const { keeper, clock, told } = kept({ idle_warn_ms: 0, idle_limit_ms: 1000, time_limit_ms: 500 }, 450);
    keeper.start();
    clock.pass(49);
    expect([told, keeper.worked()]).toEqual([[], 499]);
    clock.pass(1);
    expect(told).toEqual(["time is up"]);
  });

  test("nothing is told after the end", () => {
    const { keeper, clock, told } = kept();
    keeper.start();
    keeper.close();
    clock.pass(5000);
    expect(told).toEqual([]);
  });
});

describe("a construct of which nothing is heard", () => {
  test("is put before the netrunner, and then stopped", async () => {
    await using kit = await openTestDeck({
      settings: { idle_warn_ms: 1500, idle_limit_ms: 4000 },
      answer: () => silent(),
    });
    const events = await kit.runTasks(["Say something."]);
    // On a busy machine, its start is a silence as well.
    const item = of(events, "attention.raised").at(-1)?.body;
    expect(item).toMatchObject({ kind: "construct.stalled" });
    expect(of(events, "construct.stalled").length).toBeGreaterThan(0);
    expect(of(events, "attention.closed").at(-1)?.body).toEqual({ item: item?.item, how: "ended" });
    expect(outcomesOf(events)).toMatchObject([{ state: "killed", cause: "stall" }]);
    expect(leftOf(events)).toEqual([]);
  });

  test("and that comes back, is warned of no more", async () => {
    await using kit = await openTestDeck({
      settings: { idle_warn_ms: 1000, idle_limit_ms: 60_000 },
      answer: () => slow(3000, say("Here I am.")),
    });
    const events = await kit.runTasks(["Think."]);
    expect(of(events, "attention.closed")[0]?.body.how).toBe("continued");
    expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Here I am." }]);
  });
});

test("a time limit that is lowered is asked about for a construct that is at work, and ends it if the netrunner says so", async () => {
  await using kit = await openTestDeck({ answer: () => call("Bash", { command: "tail -f /dev/null" }) });
  const opened = await kit.startTasks(["Wait."]);
  await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "gate.judged");
  await kit.deck.send({ type: "settings.change", settings: { time_limit_ms: 1 } });
  const asked = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "attention.raised");
  const { item = "", bound } = of(asked, "attention.raised")[0]?.body ?? {};
  expect(bound).toMatchObject({ which: "time_limit_ms", limit: 1 });
  await kit.deck.send({ type: "bound.answer", item, answer: "end" });
  expect(outcomesOf(await kit.untilClosed(opened.afterSeq))).toMatchObject([{ cause: "budget:time_limit_ms" }]);
});
