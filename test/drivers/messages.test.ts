import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { translate } from "../../src/drivers/claude/messages.ts";

const result = {
  type: "result",
  subtype: "success",
  is_error: false,
  result: "42",
  session_id: "s",
  num_turns: 2,
  total_cost_usd: 0.5,
  stop_reason: "end_turn",
  modelUsage: {
    a: { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3, cacheCreationInputTokens: 4 },
    b: { inputTokens: 10, outputTokens: 20, cacheReadInputTokens: 30, cacheCreationInputTokens: 40 },
  },
};

const turnOf = (message: unknown): unknown => {
  const event = translate(message)[0];
  return event?.type === "turn.ended" ? event.turn : event;
};

describe("an agent's messages", () => {
  test("a result tells the turn, its text, its cost and the tokens of all models together", () => {
    expect(turnOf(result)).toMatchObject({
      ok: true,
      status: "ok",
      text: "42",
      turns: 2,
      queued: 0,
      costUsd: 0.5,
      refused: false,
      tokens: { input: 11, output: 22, cache_read: 33, cache_written: 44 },
    });
  });

  test("a result is only well when the agent says success and no error", () => {
    expect(turnOf({ ...result, is_error: true })).toMatchObject({ ok: false, status: "error" });
    expect(turnOf({ ...result, subtype: "error_max_turns" })).toMatchObject({ ok: false, status: "error_max_turns" });
    expect(turnOf({ ...result, stop_reason: "refusal" })).toMatchObject({ refused: true });
  });

  test("a message that lacks what we need is kept whole as unknown, never taken for something else", () => {
    const broken = [
      { ...result, session_id: undefined },
      { ...result, total_cost_usd: "free" },
      { type: "assistant", message: { content: "text" } },
      { type: "assistant" },
      { type: "system", subtype: "init", session_id: "s" },
      { type: "system", subtype: "api_retry", attempt: "one" },
      { type: "rate_limit_event" },
      { type: "user", message: null },
    ];
    for (const message of broken) {
      const raw = JSON.stringify(message);
      expect(translate(message)).toEqual([{ type: "unknown", kind: expect.any(String), raw }]);
    }
  });

  test("a message of a kind that nobody knows is kept whole, with its kind", () => {
    expect(translate({ type: "telepathy", thought: 1 })).toEqual([
      { type: "unknown", kind: "telepathy", raw: '{"type":"telepathy","thought":1}' },
    ]);
    expect(translate({ type: "system", subtype: "aura" })[0]).toMatchObject({ kind: "system/aura" });
  });

  test("an assistant message gives one event for each block, and an unknown block does not hide the others", () => {
    const content = [
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "hello" },
      { type: "hologram", data: 1 },
      { type: "tool_use", id: "t1", name: "Bash", input: { command: "ls" } },
    ];
    expect(translate({ type: "assistant", parent_tool_use_id: "p1", message: { content } })).toEqual([
      { type: "thought", text: "hm" },
      { type: "said", text: "hello", subagent: "p1" },
      { type: "unknown", kind: "assistant block hologram", raw: '{"type":"hologram","data":1}' },
      { type: "tool.called", id: "t1", tool: "Bash", input: { command: "ls" }, subagent: "p1" },
    ]);
  });

  test("a tool result is failed only when the agent says so, and its content is text in any shape", () => {
    const returned = (content: unknown, is_error?: boolean): unknown =>
      translate({
        type: "user",
        message: { content: [{ type: "tool_result", tool_use_id: "t", content, is_error }] },
      })[0];
    expect(returned("x", true)).toMatchObject({ failed: true, text: "x" });
    expect(returned([{ type: "text", text: "a" }, { type: "image" }])).toMatchObject({
      failed: false,
      text: "a\n[image]",
    });
    expect(returned(undefined)).toMatchObject({ text: "" });
    expect(returned({ odd: 1 })).toMatchObject({ text: '{"odd":1}' });
  });

  test.each([
    ["authentication_failed", true],
    ["billing_error", true],
    ["overloaded", false],
    [undefined, false],
  ])("an assistant message with the error %s tells that only the netrunner can help: %s", (error, isTold) => {
    const content = [{ type: "text", text: "Not logged in" }];
    const events = translate({ type: "assistant", error, message: { content } });
    expect(events.some((event) => event.type === "rejected")).toBe(isTold);
    expect(events[0]).toEqual({ type: "said", text: "Not logged in" });
  });

  test("an assistant message without content is still a sign of life", () => {
    expect(translate({ type: "assistant", message: { content: [] } })).toEqual([{ type: "alive" }]);
  });

  test("garbage never throws and never vanishes", () => {
    const kinds = fc.constantFrom<unknown>(
      "assistant",
      "user",
      "system",
      "result",
      "rate_limit_event",
      "stream_event",
      { toString: 1 },
      null,
      7,
    );
    const subtypes = fc.constantFrom<unknown>("init", "api_retry", "success", { valueOf: 1, toString: 1 });
    const shaped = fc.record({ type: kinds, subtype: subtypes, message: fc.jsonValue(), result: fc.jsonValue() });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped, fc.constant(undefined)), (message) => {
        expect(translate(message).length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
