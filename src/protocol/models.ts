import { z } from "zod";
import { effortSchema } from "./caliber.ts";

/** US dollars for a million tokens. */
const priceSchema = z.object({ input: z.number().min(0), output: z.number().min(0) });

/** One model as the agent lists it. What the agent does not say is null, never guessed. */
export const modelSchema = z.object({
  /** The name that it is asked for by: an alias ("sonnet") or a full one. */
  value: z.string().min(1),
  /** The full name that stands behind an alias. */
  resolved: z.string().nullable(),
  display: z.string(),
  /** What the agent says of it, less the prices that are understood. */
  description: z.string(),
  /** From low to high; empty when it has none to choose from. */
  efforts: z.array(effortSchema),
  /** The provider's fast mode can be had with it; null when that is not known. */
  fast: z.boolean().nullable(),
  /** `long`: what holds for the whole request when its prompt has more than `over` tokens. */
  price: priceSchema.extend({ long: priceSchema.extend({ over: z.int().min(1) }).nullable() }).nullable(),
});
export type Model = z.infer<typeof modelSchema>;

/** The models that an agent can run. */
export const modelListSchema = z.object({
  /** Version of the agent; null when it did not say. */
  version: z.string().nullable(),
  models: z.array(modelSchema).min(1),
});
export type ModelList = z.infer<typeof modelListSchema>;

export const modelOrigins = ["agent", "cache", "fallback"] as const;

/** The models that there are as far as the deck knows, and how it knows. */
export const knownCalibersSchema = modelListSchema.extend({
  /** `agent`: it was asked just now; `cache`: once before; `fallback`: never, these are what every version has. */
  from: z.enum(modelOrigins),
  /** Milliseconds since the epoch. */
  asked_at: z.number().nullable(),
  /** What went wrong on the way to it. */
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
});
export type KnownCalibers = z.infer<typeof knownCalibersSchema>;
