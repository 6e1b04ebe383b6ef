import type { Model } from "../../protocol/models.ts";
import type { Tokens } from "../../protocol/outcome.ts";
import { resolveModel } from "./resolve.ts";

/**
 * What one model request costs, US dollars; null when the price of the model is not known. Of the sum of several requests
 * this is an upper estimate, since their prompts are taken for one long prompt.
 *
 * Prices are the agent's own, per token of input and output. Tokens that are read from the provider's prompt cache or
 * written into it are billed as multiples of the price of input: 0.1 and 1.25 (five minutes), by the provider's published
 * rule (https://platform.claude.com/docs/en/build-with-claude/prompt-caching, "Pricing"); the
 * agent counts less than 0.1 for some newer models, so this is not too little.
 */
export function priceOf(models: readonly Model[], model: string, tokens: Tokens, isFast = false): number | null {
  const found = resolveModel(models, model);
  if (!found.ok || found.model === undefined || found.model.price === null) return null;
  const { price } = found.model;
  const prompt = tokens.input + tokens.cache_read + tokens.cache_written;
  const { input, output } = price.long !== null && prompt > price.long.over ? price.long : price;
  const billed = tokens.input + tokens.cache_read * cacheRead + tokens.cache_written * cacheWritten;
  return ((billed * input + tokens.output * output) / million) * (isFast ? fastFactor : 1);
}

const cacheRead = 0.1;
const cacheWritten = 1.25;
/** Of fast mode, as Claude Code 2.1.330 counts it for the models that it lists with one. */
const fastFactor = 2;
const million = 1_000_000;
