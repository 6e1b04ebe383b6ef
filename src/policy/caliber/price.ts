import type { Model } from "../../protocol/models.ts";
import type { Tokens } from "../../protocol/outcome.ts";
import { resolveModel } from "./resolve.ts";

/**
 * What one model request costs, US dollars; null when the price of the model is not known. Of the sum of several requests
 * this is an upper estimate, since their prompts are taken for one long prompt. Fast mode costs more, by a factor that the
 * agent does not tell.
 *
 * Prices are the agent's own, per token of input and output. Tokens that are read from the provider's prompt cache or
 * written into it are billed as multiples of the price of input: 0.1 and 1.25 (five minutes), by the provider's published
 * rule (https://platform.claude.com/docs/en/build-with-claude/prompt-caching, "Pricing").
 */
export function priceOf(models: readonly Model[], model: string, tokens: Tokens): number | null {
  const found = resolveModel(models, model);
  if (!found.ok || found.model === undefined || found.model.price === null) return null;
  const { price } = found.model;
  const prompt = tokens.input + tokens.cache_read + tokens.cache_written;
  const { input, output } = price.long !== null && prompt > price.long.over ? price.long : price;
  const billed = tokens.input + tokens.cache_read * cacheRead + tokens.cache_written * cacheWritten;
  return (billed * input + tokens.output * output) / million;
}

const cacheRead = 0.1;
const cacheWritten = 1.25;
const million = 1_000_000;
