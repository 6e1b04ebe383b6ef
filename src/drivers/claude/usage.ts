import { z } from "zod";
import type { AgentEvent } from "../agent.ts";
import type { Tokens } from "../../protocol/outcome.ts";

const count = z.number().min(0).nullish();

/** As the provider writes it. In the delta at the end of a message, older providers tell only the output. */
const usage = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  /** `fast` where the provider ran it in fast mode. */
  speed: z.string().nullish(),
});

const started = z.looseObject({
  event: z.looseObject({
    type: z.literal("message_start"),
    message: z.looseObject({ id: z.string(), model: z.string(), usage }),
  }),
});

const ended = z.looseObject({
  event: z.looseObject({ type: z.literal("message_delta"), usage }),
  api_message_id: z.string(),
});

const whole = z.looseObject({
  type: z.literal("assistant"),
  message: z.looseObject({ id: z.string(), model: z.string(), usage }),
});

const parent = z.looseObject({ parent_tool_use_id: z.string().nullish() });

/**
 * What a message of the agent tells of the tokens of a model request: the begin and the end of a streamed one, or a whole
 * message, of which there may be several for one request. Undefined for every other message.
 */
export function usageOf(message: unknown): (AgentEvent & { type: "used" }) | undefined {
  const subagent = parent.safeParse(message).data?.parent_tool_use_id ?? undefined;
  const by = subagent === undefined ? {} : { subagent };
  const begin = started.safeParse(message);
  if (begin.success) {
    const { id, model, usage: tokens } = begin.data.event.message;
    return { type: "used", request: id, model, ...toldBy(tokens), isFinal: false, ...by };
  }
  const end = ended.safeParse(message);
  if (end.success) {
    const told = toldBy(end.data.event.usage);
    return { type: "used", request: end.data.api_message_id, ...told, isFinal: true, ...by };
  }
  const all = whole.safeParse(message);
  if (!all.success) return undefined;
  const { id, model, usage: tokens } = all.data.message;
  return { type: "used", request: id, model, ...toldBy(tokens), isFinal: true, ...by };
}

const toldBy = (given: z.infer<typeof usage>): { tokens: Partial<Tokens>; isFast?: boolean } => ({
  tokens: tokensOf(given),
  ...(given.speed === "fast" ? { isFast: true } : {}),
});

function tokensOf(given: z.infer<typeof usage>): Partial<Tokens> {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = given;
  return {
    ...known("input", input_tokens),
    ...known("output", output_tokens),
    ...known("cache_read", cache_read_input_tokens),
    ...known("cache_written", cache_creation_input_tokens),
  };
}

const known = (kind: keyof Tokens, n: number | null | undefined): Partial<Tokens> =>
  n === null || n === undefined ? {} : { [kind]: Math.round(n) };
