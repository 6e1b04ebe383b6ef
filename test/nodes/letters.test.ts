import { describe, expect, test } from "vitest";
import type { AgentEvent, TurnEnd } from "../../src/drivers/agent.ts";
import { noTokens } from "../../src/protocol/outcome.ts";
import { agentEventSchema } from "../../src/nodes/wire/agent-event.ts";
import { aTurnEnd } from "../kit/turn-end.ts";
import { fromHostSchema, fromNodeSchema, nodeWireVersion } from "../../src/nodes/wire/letters.ts";

const to = { session: "cx-00000001", epoch: 1, boot: "b1" };

const ended = (changes: Partial<TurnEnd> = {}): AgentEvent => ({
  type: "turn.ended",
  turn: aTurnEnd({ fast: { state: "off" }, costUsd: 0.1, ...changes }),
});

/** One of each kind that a driver tells. */
const events: AgentEvent[] = [
  { type: "ready", sessionId: "s", model: "m", tools: ["Bash"], down: [], version: "2" },
  { type: "alive" },
  { type: "thought", text: "hm" },
  { type: "said", text: "so", subagent: "a" },
  { type: "tool.called", id: "t", tool: "Bash", input: { command: "ls" } },
  { type: "tool.returned", id: "t", failed: false, text: "a" },
  { type: "used", request: "r", tokens: { input: 1 }, isFinal: false },
  { type: "retrying", attempt: 1, inMs: 5, status: null, reason: "busy" },
  { type: "rejected", reason: "login", text: "no" },
  { type: "limited", status: "allowed", resetsAt: null },
  ended(),
  { type: "unknown", kind: "news", raw: "{}" },
];

describe("what crosses between host and node", () => {
  test.each(events.map((event) => [event.type, event] as const))("brings %s over as it was", (_, event) => {
    const letter = { wire: nodeWireVersion, to, n: 1, saying: { type: "did", event } };
    expect(fromNodeSchema.parse(JSON.parse(JSON.stringify(letter)))).toEqual(letter);
  });

  test("keeps an event that a newer node tells of, and refuses a known one that lacks its fields", () => {
    expect(agentEventSchema.parse({ type: "dreamt", of: "sheep" })).toEqual({
      type: "unknown",
      kind: "dreamt",
      raw: '{"type":"dreamt","of":"sheep"}',
    });
    expect(agentEventSchema.safeParse({ type: "said" }).success).toBe(false);
    expect(agentEventSchema.safeParse({ type: "turn.ended", turn: { ok: true } }).success).toBe(false);
  });

  test.each<[string, AgentEvent]>([
    ["dollars for its turns", ended({ costUsd: -0.01 })],
    ["tokens for its turns", ended({ tokens: { ...noTokens, output: -1 } })],
    ["tokens for a request", { type: "used", request: "r", tokens: { cache_read: -1 }, isFinal: true }],
  ])("refuses an agent that has used less than nothing: %s", (_, event) => {
    expect(agentEventSchema.safeParse(event).success).toBe(false);
  });

  test.each([
    ["another version", { wire: nodeWireVersion + 1, to, n: 1, bidding: { type: "end" } }],
    ["no number", { wire: nodeWireVersion, to, bidding: { type: "end" } }],
    ["the number 0", { wire: nodeWireVersion, to, n: 0, bidding: { type: "end" } }],
    ["no epoch", { wire: nodeWireVersion, to: { session: "s", boot: "b" }, n: 1, bidding: { type: "end" } }],
    ["a bidding that nobody knows", { wire: nodeWireVersion, to, n: 1, bidding: { type: "explode" } }],
    ["a verdict that is neither", { wire: nodeWireVersion, to, n: 1, bidding: verdict("maybe") }],
    ["a hold as a verdict", { wire: nodeWireVersion, to, n: 1, bidding: verdict("hold") }],
    ["what has been taken below nothing", { wire: nodeWireVersion, to, taken: -1 }],
  ])("is refused with %s", (_, letter) => {
    expect(fromHostSchema.safeParse(letter).success).toBe(false);
  });
});

const verdict = (decision: string): object => ({
  type: "verdict",
  ask: 1,
  verdict: { decision, rule: "r", reason: "" },
});
