import { describe, expect, test } from "vitest";
import { priceOf } from "../../../src/policy/caliber/price.ts";
import { noTokens } from "../../../src/protocol/outcome.ts";
import { someModels } from "./fixtures.ts";

const million = 1_000_000;

describe("what a request costs", () => {
  test("is the price of its input and output, by alias and by full name", () => {
    const tokens = { ...noTokens, input: million, output: million };
    expect(priceOf(someModels, "sonnet", tokens)).toBeCloseTo(12);
    expect(priceOf(someModels, "claude-sonnet-5-5", tokens)).toBeCloseTo(12);
  });

  test("counts what is read from the cache a tenth, and what is written into it a quarter more", () => {
    expect(priceOf(someModels, "opus", { ...noTokens, cache_read: million })).toBeCloseTo(0.4);
    expect(priceOf(someModels, "opus", { ...noTokens, cache_written: million })).toBeCloseTo(5);
  });

  test("is that of long prompts only for a prompt above the bound, cached or not", () => {
    expect(priceOf(someModels, "haiku", { ...noTokens, input: 100_000 })).toBeCloseTo(0.01);
    expect(priceOf(someModels, "haiku", { ...noTokens, input: 100_001 })).toBeCloseTo(0.05);
    expect(priceOf(someModels, "haiku", { ...noTokens, input: 1, cache_read: 100_000 })).toBeCloseTo(0.005);
    expect(priceOf(someModels, "haiku", { ...noTokens, output: 200_000 })).toBeCloseTo(0.1);
  });

  test("is not known, and not nothing, for a model that is unlisted, unpriced, long or no model at all", () => {
    const unpriced = someModels.map((model) => ({ ...model, price: null }));
    const tokens = { ...noTokens, input: 10 };
    expect(priceOf(someModels, "claude-opus-4-6", tokens)).toBeNull();
    expect(priceOf(unpriced, "sonnet", tokens)).toBeNull();
    expect(priceOf(someModels, "sonnet[1m]", tokens)).toBeNull();
    expect(priceOf(someModels, "gpt", tokens)).toBeNull();
    expect(priceOf([], "sonnet", tokens)).toBeNull();
  });
});
