import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { block, call, silent } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import type { Answerer } from "../../src/offline/reply.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { bearersOf, eventually, leftOf, of, openTestDeck, outcomesOf, type TestDeck } from "../kit/deck.ts";

/**
 * Leaves children in the agent's group, in a session of their own, behind nohup, and one that ignores SIGTERM. The agent
 * refuses a command that begins with a long sleep.
 */
const leavesChildren = [
  "touch started;",
  "sleep 300 &",
  "setsid sleep 301 &",
  "nohup sleep 302 >/dev/null 2>&1 &",
  "(trap '' TERM; sleep 303; sleep 303) &",
  "wait",
].join(" ");

const spawnsTwo: Answerer = (request) =>
  isDaemon(request)
    ? block({ actions: ["One.", "Two."].map((task) => ({ type: "spawn", task })), status: "waiting" })
    : call("Bash", { command: leavesChildren });

/** A goal whose two constructs are in the middle of a command with children. */
async function busy(kit: TestDeck): Promise<{ afterSeq: number; events: DeckEvent[]; folder: string }> {
  const opened = await kit.startGoal("Work for long.");
  let calls = 0;
  const events = await kit.eventsUntil(opened.afterSeq, (event) => {
    if (event.type === "construct.tool_called") calls += 1;
    return calls === 2;
  });
  const ids = of(events, "construct.started").map((event) => event.body.construct);
  await eventually(
    () =>
      ids.every((id) => ["300", "301", "302", "303"].every((n) => bearersOf(id).some((p) => p.includes(`sleep ${n}`)))),
    "both constructs have all their children",
  );
  return { afterSeq: opened.afterSeq, events, folder: opened.folder };
}

const stop = (kit: TestDeck, force: boolean): Promise<unknown> =>
  kit.deck.send({ type: "stop", status: "stopped", reason: "enough", force });

describe("a stop", () => {
  for (const force of [false, true]) {
    test(`that is ${force ? "hard" : "polite"} ends constructs in the middle of a command with everything that they started`, async () => {
      await using kit = await openTestDeck({ answer: spawnsTwo, judge: () => () => allowed });
      const { afterSeq, folder } = await busy(kit);
      await stop(kit, force);
      const events = await kit.untilClosed(afterSeq);
      expect(leftOf(events)).toEqual([]);
      expect(outcomesOf(events).map(({ state, cause }) => [state, cause])).toEqual([
        ["killed", "netrunner"],
        ["killed", "netrunner"],
      ]);
      expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "stopped", reason: "enough" });
      expect(readFileSync(join(folder, "report.md"), "utf8")).toContain("netrunner");
      expect(of(events, "daemon.ended").every((event) => event.body.proven)).toBe(true);
      expect(of(events, "deck.warned")).toEqual([]);
    });
  }

  test("that is hard hurries a polite one, and the run is closed once, as the first wish said", async () => {
    await using kit = await openTestDeck({ answer: spawnsTwo, judge: () => () => allowed });
    const { afterSeq } = await busy(kit);
    await stop(kit, false);
    await kit.deck.send({ type: "stop", status: "paused", reason: "another wish", force: true });
    const events = await kit.untilClosed(afterSeq);
    expect(of(events, "run.closed").map(({ body }) => [body.status, body.reason])).toEqual([["stopped", "enough"]]);
    expect(outcomesOf(events).length).toBe(2);
    expect(of(events, "daemon.ended").length).toBe(1);
    expect(leftOf(events)).toEqual([]);
  });

  test("in the middle of the daemon's turn waits for the daemon's end before the run is called closed", async () => {
    await using kit = await openTestDeck({ answer: () => silent() });
    const opened = await kit.startGoal("Think for long.");
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "daemon.session");
    await stop(kit, false);
    let left: string[] | undefined;
    const events = await kit.eventsUntil(opened.afterSeq, (event) => {
      if (event.type === "run.closed") left = leftOf(of([event], "run.closed"));
      return event.type === "run.closed";
    });
    expect(left).toEqual([]);
    expect(leftOf(events)).toEqual([]);
    expect(events.map(({ type }) => type).slice(-2)).toEqual(["daemon.ended", "run.closed"]);
  });

  test("while the daemon's process is only being started leaves none behind, and nothing is recorded after the closing", async () => {
    const opening = Promise.withResolvers<void>();
    const mayOpen = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      answer: () => silent(),
      driver: (usual) => ({
        ...usual,
        async open(spec) {
          opening.resolve();
          await mayOpen.promise;
          return usual.open(spec);
        },
      }),
    });
    const opened = await kit.startGoal("Start slowly.");
    await opening.promise;
    await stop(kit, true);
    mayOpen.resolve();
    const events = await kit.untilClosed(opened.afterSeq);
    expect(leftOf(events)).toEqual([]);
    expect(of(events, "daemon.started").length).toBe(of(events, "daemon.ended").length);
    await kit.deck.close();
    expect(events.at(-1)?.type).toBe("run.closed");
  });

  test("while constructs are being started ends them too, and those in the queue never start", async () => {
    await using kit = await openTestDeck({ settings: { max_starting: 2, max_concurrent: 4 }, answer: () => silent() });
    const tasks = Array.from({ length: 5 }, (_, index) => `Task ${index}.`);
    const opened = await kit.deck.send({ type: "spawn", tasks, settings: { ...kit.settings }, command_line: [] });
    await kit.eventsUntil(opened.afterSeq, (event) => event.type === "construct.queued");
    await stop(kit, true);
    const events = await kit.untilClosed(opened.afterSeq);
    expect(outcomesOf(events).length).toBe(5);
    expect(outcomesOf(events).every(({ state, cause }) => state === "killed" && cause === "netrunner")).toBe(true);
    expect(outcomesOf(events).filter(({ exit }) => exit === "never started").length).toBeGreaterThanOrEqual(3);
    expect(leftOf(events)).toEqual([]);
    expect(of(events, "run.closed").length).toBe(1);
  });

  test("by the end of the deck itself is called so, and the deck is closed only when nothing is left", async () => {
    await using kit = await openTestDeck({ answer: spawnsTwo, judge: () => () => allowed, keep: true });
    const { events } = await busy(kit);
    await kit.deck.close();
    expect(leftOf(events)).toEqual([]);
    await using later = await openTestDeck({ folder: kit.folder });
    const run = events[0]?.run ?? "";
    const { view } = await later.deck.send({ type: "run.show", run });
    expect(view.status).toBe("stopped");
    expect(Object.values(view.constructs).map(({ outcome }) => outcome?.cause)).toEqual(Array(2).fill("host_shutdown"));
    expect(existsSync(join(view.folder, "report.md"))).toBe(true);
  });
});

const allowed = { decision: "allow", rule: "test.all", reason: "a test", effects: [] } as const;
