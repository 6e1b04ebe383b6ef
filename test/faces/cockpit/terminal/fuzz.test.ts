import { describe, expect, test } from "vitest";
import { fuzzCockpit } from "../kit/fuzz.ts";

describe("a cockpit that is driven at random", () => {
  test.each([1, 2])("stays whole over keys, pastes, clicks, sizes and events (seed %i)", async (seed) => {
    const { failed, problem } = await fuzzCockpit(seed, 80);
    expect({ failed, problem }).toEqual({ failed: [], problem: undefined });
  });
});
