import { describe, expect, test } from "vitest";
import { combine } from "../../../src/engine/gate/combine.ts";
import type { Judgement } from "../../../src/protocol/verdict.ts";

const opinion = (decision: Judgement["decision"], rule: string): Judgement => ({
  decision,
  rule,
  reason: `because ${rule}`,
});

describe("several answers to one call", () => {
  test("deny wins over hold and allow, whatever their order, and only its reasons are told, in their order", () => {
    const some = [opinion("allow", "a"), opinion("deny", "d1"), opinion("hold", "h"), opinion("deny", "d2")];
    expect(combine(some)).toEqual({
      decision: "deny",
      rule: "d1",
      rules: ["d1", "d2"],
      reason: "because d1 because d2",
    });
    expect(combine([...some].reverse())).toMatchObject({ decision: "deny", rules: ["d2", "d1"] });
  });

  test("a hold wins over an allow", () => {
    expect(combine([opinion("allow", "a"), opinion("hold", "h")])).toMatchObject({ decision: "hold", rule: "h" });
  });

  test("an answer that is none, or no answer at all, is a deny, also beside an allow", () => {
    const stranger = JSON.parse('{"decision":"maybe","rule":"r","reason":"w"}');
    for (const opinions of [[], [stranger], [opinion("allow", "a"), stranger]])
      expect(combine(opinions)).toMatchObject({ decision: "deny", rule: "gate.malformed" });
  });
});
