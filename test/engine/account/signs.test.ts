import { describe, expect, test } from "vitest";
import type { AgentEvent, TurnEnd } from "../../../src/drivers/agent.ts";
import { translate } from "../../../src/drivers/claude/messages.ts";
import { cluster } from "../../../src/engine/account/cluster.ts";
import { deathOf } from "../../../src/engine/account/death.ts";
import { signOf } from "../../../src/engine/account/signs.ts";
import { anOutcome } from "../../kit/outcome.ts";
import { aTurnEnd } from "../../kit/turn-end.ts";

const turn = (parts: Partial<TurnEnd>): AgentEvent => ({
  type: "turn.ended",
  turn: aTurnEnd({ status: "error", ok: false, text: "no", ...parts }),
});

const retry = (status: number | null, attempt: number): AgentEvent => ({
  type: "retrying",
  attempt,
  inMs: 500,
  status,
  reason: "x",
});

describe("what an agent's event says of the account", () => {
  test.each([
    [429, "usage_limit"],
    [529, "overload"],
    [503, "overload"],
    [401, "credential"],
    [403, "credential"],
  ])("a turn that the provider has refused with %i is trouble: %s", (apiStatus, kind) => {
    expect(signOf(turn({ apiStatus }))).toMatchObject({ type: "trouble", kind, words: "no" });
  });

  test("a turn that has failed for another reason says nothing, one that went well says that it works", () => {
    expect(signOf(turn({}))).toBeUndefined();
    expect(signOf(turn({ apiStatus: 400 }))).toBeUndefined();
    expect(signOf(turn({ ok: true, status: "ok" }))).toEqual({ type: "works" });
  });

  test("a login is given up at the third attempt; anything else is left to the agent's own patience", () => {
    expect(signOf(retry(401, 2))).toBeUndefined();
    expect(signOf(retry(401, 3))).toMatchObject({ type: "trouble", kind: "credential" });
    expect(signOf(retry(529, 9))).toEqual({ type: "retries", attempt: 9, words: "x, 529" });
    expect(signOf(retry(null, 1))).toEqual({ type: "retries", attempt: 1, words: "x" });
  });

  test("the provider's reset time is in seconds, and counts only where it has refused", () => {
    const limit = (status: string, resetsAt?: number): unknown => ({
      type: "rate_limit_event",
      rate_limit_info: { status, resetsAt },
    });
    const signs = (message: unknown): unknown[] => translate(message).map(signOf);
    expect(signs(limit("rejected", 1_795_386_106))).toEqual([{ type: "resets", at: 1_795_386_106_000 }]);
    expect(signs(limit("allowed_warning", 1_795_386_106))).toEqual([undefined]);
    expect(signs(limit("rejected"))).toEqual([undefined]);
  });
});

describe("deaths", () => {
  test("only a crash, a failed start and an agent's error may be those of others too", () => {
    const told = (cause: string): string | undefined => deathOf(anOutcome({ state: "failed", cause, stderr: "boom" }));
    expect(told("crash")).toBe("crash, code 0: boom");
    expect(told("error:error")).toContain("error:error");
    for (const cause of [
      "result",
      "netrunner",
      "daemon",
      "budget:time",
      "stall",
      "refusal",
      "dependency:cx-1",
      "tripwire:x",
    ])
      expect(told(cause)).toBeUndefined();
  });

  test("of one cause are those whose words differ in numbers only", () => {
    const told = (stderr: string): string | undefined =>
      deathOf(anOutcome({ state: "failed", cause: "crash", exit: "code 1", stderr }));
    expect(told("\nport 40123 is taken\nmore")).toBe(told("port 51999 is taken\nless"));
    expect(told("port 40123 is taken")).not.toBe(told("no such file"));
  });

  test("are a cluster when three different agents die of one cause within the time, and are then counted anew", () => {
    const deaths = cluster({ count: 3, withinMs: 100 });
    expect([deaths.add("a", "1", 0), deaths.add("a", "1", 10), deaths.add("b", "2", 20)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(deaths.add("a", "2", 90)).toBeUndefined();
    expect(deaths.add("a", "3", 111)).toBeUndefined();
    expect(deaths.add("a", "4", 112)).toEqual(["2", "3", "4"]);
    expect(deaths.add("a", "5", 113)).toBeUndefined();
  });
});
