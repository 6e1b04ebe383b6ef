import { z } from "zod";
import { Fault } from "../../base/fault.ts";
import { effortSchema, efforts } from "../../protocol/caliber.ts";
import type { ModelList, Model } from "../../protocol/models.ts";

const priced = String.raw`\$(\d+(?:\.\d+)?)\/\$(\d+(?:\.\d+)?)`;
const perMillion = new RegExp(String.raw`(?:^|\s)${priced} per Mtok\b(.*)$`, "i");
const forLongPrompts = new RegExp(String.raw`^\s*\(${priced} for prompts over (\d+)k\)\s*$`, "i");

/**
 * The prices that the agent writes at the end of a model's description, "$2/$10 per Mtok", also with those for long prompts,
 * "($0.50/$2.50 for prompts over 100k)". Null where they are not written in a way that we understand all of.
 */
export function pricesIn(description: string): Model["price"] {
  const [, input, output, rest = ""] = perMillion.exec(description) ?? [];
  if (input === undefined || output === undefined) return null;
  const price = { input: Number(input), output: Number(output) };
  if (rest.trim() === "") return { ...price, long: null };
  const [, longInput, longOutput, thousands] = forLongPrompts.exec(rest) ?? [];
  if (longInput === undefined || longOutput === undefined || Number(thousands) === 0) return null;
  return {
    ...price,
    long: { input: Number(longInput), output: Number(longOutput), over: Number(thousands) * 1000 },
  };
}

const listed = z.looseObject({
  value: z.string().min(1).max(200),
  resolvedModel: z.string().min(1).max(200).optional(),
  displayName: z.string().max(200).optional(),
  description: z.string().max(2000).default(""),
  // A level that we do not know cannot be asked for.
  supportedEffortLevels: z.array(z.string()).max(50).default([]),
  supportsFastMode: z.boolean().default(false),
});

const initialised = z.looseObject({
  claude_code_version: z.string().optional(),
  models: z.array(z.unknown()).max(500),
});

/** What the agent says of its models as it starts. A row that has no name is left out; without any row it is a fault. */
export function modelsIn(said: unknown): ModelList {
  const parsed = initialised.safeParse(said);
  const rows = parsed.success ? parsed.data.models : [];
  const models = rows.flatMap((row) => {
    const model = listed.safeParse(row);
    return model.success ? [modelOf(model.data)] : [];
  });
  if (models.length > 0) return { version: parsed.data?.claude_code_version ?? null, models };
  throw new Fault("agent", "agent.no_models", "The agent did not say which models it has.", {
    hint: "Check the agent with: claude --version",
  });
}

function modelOf(row: z.infer<typeof listed>): Model {
  const price = pricesIn(row.description);
  const known = row.supportedEffortLevels.flatMap((level) => effortSchema.safeParse(level).data ?? []);
  return {
    value: row.value,
    resolved: row.resolvedModel ?? null,
    display: row.displayName ?? row.value,
    description: price === null ? row.description : row.description.replace(perMillion, "").replace(/[\s·]+$/, ""),
    efforts: efforts.filter((effort) => known.includes(effort)),
    fast: row.supportsFastMode,
    price,
  };
}
