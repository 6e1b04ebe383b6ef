import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../src/drivers/agent.ts";
import { translate } from "../../src/drivers/claude/messages.ts";
import { Meter, meteringOf, type MeterParts } from "../../src/engine/meter.ts";
import type { Note } from "../../src/engine/journal.ts";
import { noTokens, type Tokens } from "../../src/protocol/outcome.ts";
import { aTurnEnd } from "../kit/turn-end.ts";

/** A dollar for a thousand tokens of output. */
const priceOf = (model: string, tokens: Tokens, isFast: boolean): number | null =>
  model === "free" ? null : (tokens.output / 1000) * (isFast ? 2 : 1);

function meter(parts: Partial<MeterParts> = {}) {
  const noted: { type: string; body: unknown }[] = [];
  const note: Note = (type, body) => noted.push({ type, body }) > 0;
  const metering = meteringOf(priceOf, note);
  const made = new Meter({ agent: "cx-1", role: "construct", note, metering, ...parts });
  return { meter: made, noted };
}

const begun = (request: string, model = "m"): AgentEvent => ({
  type: "used",
  request,
  model,
  tokens: { input: 10, output: 1 },
  isFinal: false,
});

const over = (request: string, output: number): AgentEvent => ({
  type: "used",
  request,
  tokens: { output },
  isFinal: true,
});

const turnEnded = (costUsd: number, tokens: Partial<Tokens>): AgentEvent => ({
  type: "turn.ended",
  turn: aTurnEnd({ costUsd, tokens: { ...noTokens, ...tokens } }),
});

describe("the meter of an agent", () => {
  test("counts a request once, however often it is told of", () => {
    const { meter: own, noted } = meter();
    for (const event of [begun("a"), begun("a"), over("a", 50), over("a", 50), begun("a")]) own.see(event);
    expect(own.total).toMatchObject({ requests: 1, costUsd: 0.05, tokens: { input: 10, output: 50 } });
    expect(noted).toMatchObject([{ type: "agent.used", body: { agent: "cx-1", requests: 1, cost_usd: 0.05 } }]);
  });

  test("counts a request that was fast at its price, whichever message tells it", () => {
    const { meter: own } = meter();
    own.see({ type: "used", request: "a", model: "m", tokens: { output: 1 }, isFinal: false, isFast: true });
    own.see(over("a", 50));
    own.see(begun("b"));
    own.see({ type: "used", request: "b", tokens: { output: 10 }, isFinal: true, isFast: true });
    own.see(begun("c"));
    own.see(over("c", 10));
    expect(own.total.costUsd).toBeCloseTo(0.1 + 0.02 + 0.01);
  });

  test("what is under way counts already, and stays counted when nothing more is heard of it", () => {
    const { meter: own, noted } = meter();
    own.see(begun("a"));
    expect(own.total).toMatchObject({ requests: 1, tokens: { input: 10, output: 1 } });
    expect(noted).toEqual([]);
    own.close();
    expect(noted.length).toBe(1);
    expect(own.total.requests).toBe(1);
  });

  test("the agent's own total takes the place of the estimate at the end of a turn, up or down", () => {
    for (const own of [0.04, 0.09]) {
      const { meter: one, noted } = meter();
      for (const event of [begun("a"), over("a", 50), turnEnded(own, { input: 10, output: 50 })]) one.see(event);
      expect(one.total.costUsd).toBeCloseTo(own, 9);
      expect(one.total.requests).toBe(1);
      expect(noted.length).toBe(2);
    }
  });

  test("a total that agrees with the estimate needs no correction", () => {
    const { meter: one, noted } = meter();
    for (const event of [begun("a"), over("a", 50), turnEnded(0.05, { input: 10, output: 50 })]) one.see(event);
    expect(noted.length).toBe(1);
  });

  test("a turn that was broken off and tells no cost takes nothing back", () => {
    const { meter: one } = meter();
    for (const event of [begun("a"), over("a", 50), turnEnded(0, {})]) one.see(event);
    expect(one.total.costUsd).toBeCloseTo(0.05, 9);
  });

  test("what a session had counted for somebody else is not this one's, and a count that began anew counts whole", () => {
    const { meter: handed } = meter({ before: { costUsd: 1, tokens: { ...noTokens, output: 100 } } });
    handed.see(turnEnded(1.25, { output: 150 }));
    expect(handed.total).toMatchObject({ costUsd: 0.25, tokens: { output: 50 } });
    const { meter: anew } = meter({ before: { costUsd: 1, tokens: { ...noTokens, output: 100 } } });
    anew.see(turnEnded(0.5, { output: 7 }));
    expect(anew.total).toMatchObject({ costUsd: 0.5, tokens: { output: 7 } });
  });

  test("an unknown price is told once, and what it costs is known at the end of the turn", () => {
    const { meter: one, noted } = meter();
    for (const event of [begun("a", "free"), over("a", 50), begun("b", "free"), over("b", 50)]) one.see(event);
    expect(one.total).toMatchObject({ requests: 2, costUsd: 0 });
    one.see(turnEnded(0.3, { input: 20, output: 100 }));
    expect(one.total.costUsd).toBeCloseTo(0.3, 9);
    expect(noted.filter(({ type }) => type === "deck.warned").length).toBe(1);
  });

  test("it has settled only when no request of the agent's own is under way", async () => {
    const { meter: one } = meter();
    one.see(begun("a"));
    one.see({ type: "used", request: "sub", model: "m", tokens: {}, isFinal: false, subagent: "toolu" });
    let hasSettled = false;
    const settled = one.settled().then(() => (hasSettled = true));
    await Promise.resolve();
    expect(hasSettled).toBe(false);
    one.see(over("a", 5));
    await settled;
  });
});

describe("what a message of the agent tells of tokens", () => {
  const event = (body: object, more: object = {}) => ({ type: "stream_event", event: body, ...more });

  test("the begin and the end of a request", () => {
    const usage = { input_tokens: 1, output_tokens: 2, cache_read_input_tokens: 3, cache_creation_input_tokens: 4 };
    expect(translate(event({ type: "message_start", message: { id: "msg", model: "m", usage } }))).toEqual([
      {
        type: "used",
        request: "msg",
        model: "m",
        tokens: { input: 1, output: 2, cache_read: 3, cache_written: 4 },
        isFinal: false,
      },
    ]);
    const end = event({ type: "message_delta", usage: { output_tokens: 9 } }, { api_message_id: "msg" });
    expect(translate(end)).toEqual([{ type: "used", request: "msg", tokens: { output: 9 }, isFinal: true }]);
    const fast = { ...end, event: { ...end.event, usage: { output_tokens: 9, speed: "fast" } } };
    expect(translate(fast)).toMatchObject([{ type: "used", isFast: true }]);
  });

  test("a message without figures, or with wrong ones, is a sign of life and nothing else", () => {
    const odd = [
      event({ type: "content_block_delta" }),
      event({ type: "message_delta", usage: { output_tokens: "many" } }, { api_message_id: "msg" }),
      event({ type: "message_delta", usage: { output_tokens: 5 } }),
      event({ type: "message_start", message: { id: "msg", usage: {} } }),
      { type: "stream_event" },
    ];
    for (const message of odd) expect(translate(message)).toEqual([{ type: "alive" }]);
  });

  test("a sub-agent's whole message counts, and the agent's own is left to its stream", () => {
    const message = {
      id: "msg",
      model: "m",
      content: [{ type: "text", text: "hm" }],
      usage: { input_tokens: 1, output_tokens: 2 },
    };
    const types = (more: object) => translate({ type: "assistant", message, ...more }).map(({ type }) => type);
    expect(types({})).toEqual(["said"]);
    expect(types({ parent_tool_use_id: "toolu" })).toEqual(["said", "used"]);
  });
});
