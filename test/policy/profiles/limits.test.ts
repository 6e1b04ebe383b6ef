import { expect, test } from "vitest";
import { limitsOf, tighterLimits } from "../../../src/policy/profiles/limits.ts";
import { plainProfile } from "../../../src/protocol/profile.ts";

const settings = {
  construct_turns: 10,
  construct_tokens: 0,
  construct_usd: 0.5,
  time_limit_ms: 60_000,
  idle_limit_ms: 7,
};

test("a profile without limits changes nothing", () => {
  expect(tighterLimits(settings, limitsOf(plainProfile))).toEqual(settings);
});

test("of each bound the tighter one counts, and no bound is wider than any", () => {
  const limits = limitsOf({ limits: { turns: 20, tokens: 1000, usd: 0.1, time: "1m30s" } });
  expect(tighterLimits(settings, limits)).toEqual({
    construct_turns: 10,
    construct_tokens: 1000,
    construct_usd: 0.1,
    time_limit_ms: 60_000,
    idle_limit_ms: 7,
  });
});
