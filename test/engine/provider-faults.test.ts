import { describe, expect, test } from "vitest";
import { block, disconnecting, failing, refuse, say, silent, slow, type Reply } from "../../src/offline/reply.ts";
import { isDaemon, scripted } from "../../src/offline/script.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import { leftOf, of, openTestDeck, outcomesOf, requestsOf } from "../kit/deck.ts";

/** One construct whose model gives these replies, one a request. */
async function meets(steps: Reply[], settings = {}): Promise<{ outcome: Outcome | undefined; events: DeckEvent[] }> {
  await using kit = await openTestDeck({ settings, answer: scripted({ constructs: [{ task: "Go.", steps }] }) });
  const events = await kit.runTasks(["Go."]);
  expect(leftOf(events)).toEqual([]);
  return { events, outcome: outcomesOf(events)[0] };
}

const reasonsOf = (events: DeckEvent[]): string[] => of(events, "construct.retrying").map((event) => event.body.reason);

describe("a provider that makes trouble", () => {
  test("limits the rate and says when to come back: the wait is on the record, and the work is done", async () => {
    const { outcome, events } = await meets([failing(429, 1), say("At last.")]);
    expect(outcome).toMatchObject({ state: "done", result: "At last." });
    expect(reasonsOf(events)).toEqual([expect.stringContaining("429")]);
  });

  test("is overloaded: the agent tries again, and that is on the record", async () => {
    const { outcome, events } = await meets([failing(529), say("At last.")]);
    expect(outcome).toMatchObject({ state: "done", result: "At last." });
    expect(reasonsOf(events)).toEqual([expect.stringContaining("529")]);
  });

  test("breaks the connection in the middle of a reply: the reply is asked for again and counted once", async () => {
    const { outcome } = await meets([disconnecting(say("Half of this is lost.")), say("Whole.")]);
    expect(outcome).toMatchObject({ state: "done", result: "Whole." });
  });

  test("is slow: nobody takes that for silence", async () => {
    const { outcome } = await meets([slow(1500, say("Slow."))], { idle_limit_ms: 20_000 });
    expect(outcome).toMatchObject({ state: "done", result: "Slow." });
  });

  test("says a megabyte: the outcome keeps head and tail and says what was left out, the daemon's share stays small", async () => {
    const text = `The head. ${"x".repeat(1_000_000)} The tail.`;
    const { outcome, events } = await meets([say(text)]);
    expect(outcome?.state).toBe("done");
    expect(outcome?.result.startsWith("The head.")).toBe(true);
    expect(outcome?.result.endsWith("The tail.")).toBe(true);
    expect(outcome?.result).toContain("bytes left out");
    expect(Buffer.byteLength(outcome?.result ?? "")).toBeLessThanOrEqual(256 * 1024);
    for (const said of of(events, "construct.said"))
      expect(Buffer.byteLength(said.body.text)).toBeLessThanOrEqual(8192);
  });

  test("declines: that is a failure of its own kind, in the model's or the agent's words", async () => {
    const { outcome } = await meets([refuse("I will not."), refuse("I still will not.")]);
    expect(outcome).toMatchObject({ state: "failed", cause: "refusal" });
    expect(outcome?.refusal).toBeTruthy();
  });

  test("never answers: the construct is ended at its idle limit, and its long wait is no sign of life", async () => {
    const mute = await meets([silent()], { idle_limit_ms: 3000 });
    expect(mute.outcome).toMatchObject({ state: "killed", cause: "stall" });
    const later = await meets([failing(429, 30)], { idle_limit_ms: 3000 });
    expect(later.outcome).toMatchObject({ state: "killed", cause: "stall" });
    expect(reasonsOf(later.events).length).toBe(1);
  });

  test("makes the daemon wait longer than silence is allowed: an announced wait is no wedge", async () => {
    let asked = 0;
    await using kit = await openTestDeck({
      patience: { firstTurnMs: 10_000, laterTurnMs: 10_000, betweenMs: 1500 },
      answer(request) {
        asked += 1;
        return asked === 1 && isDaemon(request) ? failing(429, 4) : block({ status: "done", chat: "Worth it." });
      },
    });
    const events = await kit.runGoal("Wait.");
    expect(of(events, "run.closed")[0]?.body).toMatchObject({ status: "done", reason: "Worth it." });
    expect(of(events, "daemon.error").map((event) => event.body.code)).toEqual(["daemon.retrying"]);
    expect(requestsOf(kit.api).length).toBe(2);
  });
});
