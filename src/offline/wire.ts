import { randomBytes } from "node:crypto";
import type { Reply, Usage } from "./reply.ts";
import type { ModelRequest } from "./request.ts";

/** A message as the Messages API writes it. */
export interface WireMessage {
  id: string;
  type: "message";
  role: "assistant";
  model: string;
  content: WireBlock[];
  stop_reason: string;
  stop_sequence: null;
  usage: Usage;
}

export type WireBlock =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "tool_use"; id: string; name: string; input: Record<string, unknown> };

/** A reply in the API's words; what the reply leaves open (ids, stop reason, usage) is filled in. */
export function wireMessage(reply: Reply, request: ModelRequest): WireMessage {
  const content = reply.content.map((part): WireBlock => {
    if (part.type === "text") return part;
    if (part.type === "thinking") return { ...part, signature: "offline" };
    return { type: "tool_use", id: part.id ?? newId("toolu"), name: part.name, input: part.input };
  });
  const calls = content.some((part) => part.type === "tool_use");
  return {
    id: newId("msg"),
    type: "message",
    role: "assistant",
    model: request.model,
    content,
    stop_reason: reply.stopReason ?? (calls ? "tool_use" : "end_turn"),
    stop_sequence: null,
    usage: reply.usage ?? estimateUsage(request, content),
  };
}

/** Tokens for a number of bytes: four bytes a token is near enough for costs that are shown, never charged. */
export const tokensFor = (bytes: number): number => Math.ceil(bytes / 4);

/** An error body as the API writes it. */
export function wireError(
  status: number,
  message: string,
): { type: "error"; error: { type: string; message: string } } {
  return { type: "error", error: { type: errorTypes[status] ?? "api_error", message } };
}

const errorTypes: Partial<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
};

/** The first request of a conversation writes the cache; a later one reads it, all but the newest message. */
function estimateUsage(request: ModelRequest, content: WireBlock[]): Usage {
  const newest = request.messages.findLast((message) => message.role === "user");
  const newBytes = (newest?.text.length ?? 0) + (newest?.results ?? []).reduce((sum, r) => sum + r.text.length, 0);
  const older = Math.max(0, tokensFor(request.bytes) - tokensFor(newBytes));
  const isFirst = request.messages.every((message) => message.role !== "assistant");
  return {
    input_tokens: Math.max(1, tokensFor(newBytes)),
    output_tokens: Math.max(1, tokensFor(Buffer.byteLength(JSON.stringify(content)))),
    cache_creation_input_tokens: isFirst ? older : 0,
    cache_read_input_tokens: isFirst ? 0 : older,
  };
}

const newId = (prefix: string): string => `${prefix}_offline${randomBytes(10).toString("hex")}`;
