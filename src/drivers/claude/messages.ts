import { z } from "zod";
import type { AgentEvent, TurnEnd } from "../agent.ts";
import type { Tokens } from "../../protocol/outcome.ts";
import { usageOf } from "./usage.ts";

/** The agent's messages that we use, as loose schemas: more fields are fine, missing ones make the message unknown. */

const textBlock = z.looseObject({ type: z.literal("text"), text: z.string() });
const thinkingBlock = z.looseObject({ type: z.literal("thinking"), thinking: z.string() });
const toolUseBlock = z.looseObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
});
const toolResultBlock = z.looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  is_error: z.boolean().nullish(),
  content: z.unknown(),
});

const assistant = z.looseObject({
  type: z.literal("assistant"),
  parent_tool_use_id: z.string().nullish(),
  error: z.string().nullish(),
  message: z.looseObject({ content: z.array(z.looseObject({ type: z.string() })), model: z.string().optional() }),
});

const user = z.looseObject({
  type: z.literal("user"),
  parent_tool_use_id: z.string().nullish(),
  message: z.looseObject({ content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]) }),
});

const modelUsage = z.looseObject({
  inputTokens: z.number().default(0),
  outputTokens: z.number().default(0),
  cacheReadInputTokens: z.number().default(0),
  cacheCreationInputTokens: z.number().default(0),
});

const result = z.looseObject({
  type: z.literal("result"),
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().optional(),
  errors: z.array(z.string()).default([]),
  api_error_status: z.number().nullish(),
  structured_output: z.unknown().optional(),
  stop_reason: z.string().nullish(),
  session_id: z.string(),
  num_turns: z.number().default(0),
  queued_turn_count: z.number().default(0),
  total_cost_usd: z.number().default(0),
  fast_mode_state: z.string().optional(),
  fast_mode_disabled_reason: z.string().optional(),
  modelUsage: z.record(z.string(), modelUsage).default({}),
});

const init = z.looseObject({
  type: z.literal("system"),
  subtype: z.literal("init"),
  session_id: z.string(),
  model: z.string(),
  tools: z.array(z.string()).default([]),
  mcp_servers: z.array(z.looseObject({ name: z.string(), status: z.string() })).default([]),
  claude_code_version: z.string().optional(),
});

const apiRetry = z.looseObject({
  type: z.literal("system"),
  subtype: z.literal("api_retry"),
  attempt: z.number(),
  retry_delay_ms: z.number(),
  error_status: z.number().nullish(),
  error: z.string().default("unknown"),
});

/** Its time is in seconds. It comes once for each change: a second turn that is refused for the same has none. */
const rateLimit = z.looseObject({
  type: z.literal("rate_limit_event"),
  rate_limit_info: z.looseObject({ status: z.string(), resetsAt: z.number().nullish() }),
});

/** Messages that only show that the agent lives. */
const signsOfLife = new Set([
  "keep_alive",
  "tool_progress",
  "tool_use_summary",
  "prompt_suggestion",
  "command_lifecycle",
  "system/status",
  "system/hook_started",
  "system/hook_progress",
  "system/hook_response",
  "system/task_started",
  "system/task_progress",
  "system/task_updated",
  "system/task_notification",
  "system/background_tasks_changed",
  "system/thinking_tokens",
  "system/session_state_changed",
  "system/commands_changed",
  "system/files_persisted",
  "system/permission_denied",
  "system/compact_boundary",
  "system/control_request_progress",
]);

function downOf(servers: { name: string; status: string }[]): { down?: string[] } {
  const down = servers.filter(({ status }) => status !== "connected").map(({ name }) => name);
  return down.length === 0 ? {} : { down };
}

/** What one message of the agent means in our words. A message that no schema fits is one `unknown` event. */
export function translate(message: unknown): AgentEvent[] {
  const kind = kindOf(message);
  if (kind === "stream_event") return [usageOf(message) ?? { type: "alive" }];
  if (signsOfLife.has(kind)) return [{ type: "alive" }];
  switch (kind) {
    case "assistant":
      return translated(assistant, message, kind, fromAssistant);
    case "user":
      return translated(user, message, kind, fromUser);
    case "system/init":
      return translated(init, message, kind, (m) => [
        {
          type: "ready",
          sessionId: m.session_id,
          model: m.model,
          tools: m.tools,
          ...downOf(m.mcp_servers),
          ...(m.claude_code_version === undefined ? {} : { version: m.claude_code_version }),
        },
      ]);
    case "system/api_retry":
      return translated(apiRetry, message, kind, (m) => [
        {
          type: "retrying",
          attempt: m.attempt,
          inMs: m.retry_delay_ms,
          status: m.error_status ?? null,
          reason: m.error,
        },
      ]);
    case "rate_limit_event":
      return translated(rateLimit, message, kind, ({ rate_limit_info: { status, resetsAt } }) => [
        { type: "limited", status, resetsAt: typeof resetsAt === "number" ? resetsAt * 1000 : null },
      ]);
    case "result":
      return translated(result, message, kind, fromResult);
    default:
      return [unknown(kind, message)];
  }
}

function kindOf(message: unknown): string {
  if (typeof message !== "object" || message === null || !("type" in message)) return "shapeless";
  const { type } = message;
  if (typeof type !== "string") return "shapeless";
  return type === "system" && "subtype" in message && typeof message.subtype === "string"
    ? `system/${message.subtype}`
    : type;
}

function translated<T>(
  schema: z.ZodType<T>,
  message: unknown,
  kind: string,
  make: (m: T) => AgentEvent[],
): AgentEvent[] {
  const parsed = schema.safeParse(message);
  return parsed.success ? make(parsed.data) : [unknown(kind, message)];
}

const unknown = (kind: string, message: unknown): AgentEvent => ({
  type: "unknown",
  kind,
  raw: JSON.stringify(message) ?? String(message),
});

/** What only the netrunner can mend: the login, the account, the bill. */
const accountErrors = new Set([
  "authentication_failed",
  "oauth_org_not_allowed",
  "account_on_hold",
  "verification_required",
  "billing_error",
  "cloud_credential_error",
]);

function fromAssistant(message: z.infer<typeof assistant>): AgentEvent[] {
  const subagent = message.parent_tool_use_id ?? undefined;
  const by = subagent === undefined ? {} : { subagent };
  const events: AgentEvent[] = [];
  for (const block of message.message.content) {
    const text = textBlock.safeParse(block);
    const thinking = thinkingBlock.safeParse(block);
    const call = toolUseBlock.safeParse(block);
    if (text.success) events.push({ type: "said", text: text.data.text, ...by });
    else if (thinking.success) events.push({ type: "thought", text: thinking.data.thinking });
    else if (call.success) {
      events.push({ type: "tool.called", id: call.data.id, tool: call.data.name, input: call.data.input, ...by });
    } else events.push(unknown(`assistant block ${block.type}`, block));
  }
  const { error } = message;
  if (error !== undefined && error !== null && accountErrors.has(error)) {
    const text = events.flatMap((event) => (event.type === "said" ? [event.text] : [])).join("\n");
    events.push({ type: "rejected", reason: error, text });
  }
  // Of a sub-agent's requests there may be no stream to tell what they use.
  const used = subagent === undefined ? undefined : usageOf(message);
  if (used !== undefined) events.push(used);
  return events.length === 0 ? [{ type: "alive" }] : events;
}

function fromUser(message: z.infer<typeof user>): AgentEvent[] {
  const subagent = message.parent_tool_use_id ?? undefined;
  const by = subagent === undefined ? {} : { subagent };
  if (typeof message.message.content === "string") return [{ type: "alive" }];
  const events: AgentEvent[] = [];
  for (const block of message.message.content) {
    const returned = toolResultBlock.safeParse(block);
    if (!returned.success) continue;
    const { tool_use_id: id, is_error: failed, content } = returned.data;
    events.push({ type: "tool.returned", id, failed: failed === true, text: contentText(content), ...by });
  }
  return events.length === 0 ? [{ type: "alive" }] : events;
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return content === undefined ? "" : (JSON.stringify(content) ?? "");
  return content
    .map((block: unknown) => {
      const text = textBlock.safeParse(block);
      return text.success ? text.data.text : `[${kindOf(block)}]`;
    })
    .join("\n");
}

function fromResult(message: z.infer<typeof result>): AgentEvent[] {
  const ok = message.subtype === "success" && !message.is_error;
  return [
    {
      type: "turn.ended",
      turn: {
        status: ok ? "ok" : message.subtype === "success" ? "error" : message.subtype,
        ok,
        text: message.result ?? "",
        ...(message.structured_output === undefined ? {} : { structured: message.structured_output }),
        errors: message.errors,
        ...(typeof message.api_error_status === "number" ? { apiStatus: message.api_error_status } : {}),
        refused: message.stop_reason === "refusal",
        sessionId: message.session_id,
        turns: Math.max(0, Math.round(message.num_turns)),
        queued: message.queued_turn_count,
        ...fastModeOf(message),
        costUsd: message.total_cost_usd,
        tokens: sumTokens(Object.values(message.modelUsage)),
      },
    },
  ];
}

function fastModeOf({ fast_mode_state: state, fast_mode_disabled_reason: why }: z.infer<typeof result>): {
  fast?: NonNullable<TurnEnd["fast"]>;
} {
  return state === undefined ? {} : { fast: { state, ...(why === undefined ? {} : { why }) } };
}

function sumTokens(usages: z.infer<typeof modelUsage>[]): Tokens {
  const sum = (pick: (usage: z.infer<typeof modelUsage>) => number): number =>
    Math.round(usages.reduce((total, usage) => total + pick(usage), 0));
  return {
    input: sum((usage) => usage.inputTokens),
    output: sum((usage) => usage.outputTokens),
    cache_read: sum((usage) => usage.cacheReadInputTokens),
    cache_written: sum((usage) => usage.cacheCreationInputTokens),
  };
}
