import type { ActionBlock } from "../protocol/action.ts";
import { structuredTool, type ModelRequest } from "./request.ts";

/** Decides what the model says. A rejection becomes a 500 of the API, so that the agent's own retries are seen. */
export type Answerer = (request: ModelRequest) => Reply | Promise<Reply>;

/** One model reply as plain data. */
export interface Reply {
  content: ContentBlock[];
  /** When it is left out: `tool_use` if there is a call, else `end_turn`. */
  stopReason?: "end_turn" | "tool_use" | "max_tokens" | "refusal";
  /** When it is left out: estimated from the bytes that went in and out. */
  usage?: Usage;
  fault?: ReplyFault;
}

export type ContentBlock =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string }
  /** Without an id the server makes one. */
  | { type: "tool_use"; name: string; input: Record<string, unknown>; id?: string };

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

type ErrorStatus = 400 | 401 | 403 | 429 | 500 | 529;

/** How the provider misbehaves while it gives this reply. */
interface ReplyFault {
  /** Milliseconds before the first byte. */
  latencyMs?: number;
  /** Answers with this error in place of the content. */
  status?: ErrorStatus;
  /** Seconds, for the `retry-after` header. */
  retryAfter?: number;
  headers?: Record<string, string>;
  /** `disconnect`: the connection breaks half-way. `silence`: headers, then nothing until somebody closes. */
  cut?: "disconnect" | "silence";
}

/** The model says this and ends its turn. */
export const say = (text: string): Reply => ({ content: [{ type: "text", text }] });

/** The model calls one tool. For several calls in one reply, or words beside a call, see `reply`. */
export const call = (name: string, input: Record<string, unknown>): Reply => reply(useTool(name, input));

/** A tool call as a content block. */
export const useTool = (name: string, input: Record<string, unknown>): ContentBlock => ({
  type: "tool_use",
  name,
  input,
});

/** A reply of several content blocks. */
export const reply = (...content: ContentBlock[]): Reply => ({ content });

/** A daemon's turn: its action block as fenced JSON. */
export function block(parts: Partial<ActionBlock>): Reply {
  return say(`\`\`\`json\n${JSON.stringify(wholeBlock(parts), null, 1)}\n\`\`\``);
}

/** A daemon's turn for an agent that was asked for structured output: its `StructuredOutput` call. */
export const structured = (parts: Partial<ActionBlock>): Reply => call(structuredTool, { ...wholeBlock(parts) });

/** The model declines: stop reason `refusal`. */
export const refuse = (text = "I can't help with that."): Reply => ({ ...say(text), stopReason: "refusal" });

/** The same reply after a wait. */
export const slow = (ms: number, then: Reply): Reply => withFault(then, { latencyMs: ms });

/** The reply breaks off half-way. */
export const disconnecting = (then: Reply): Reply => withFault(then, { cut: "disconnect" });

/** Headers arrive, and then nothing. */
export const silent = (): Reply => withFault(say(""), { cut: "silence" });

/** An API error: 401 and 403 (login), 429 (rate limit, with the seconds to wait), 500, 529 (overloaded). */
export const failing = (status: ErrorStatus, retryAfter?: number): Reply =>
  withFault(say(""), { status, ...(retryAfter === undefined ? {} : { retryAfter }) });

/** The account has used up what it may until then, milliseconds since the epoch: as the provider says it. */
export const usedUp = (resetsAt: number): Reply => {
  const name = (rest: string): string => `anthropic-ratelimit-unified-${rest}`;
  const reset = String(Math.ceil(resetsAt / 1000));
  const headers = {
    [name("status")]: "rejected",
    [name("reset")]: reset,
    [name("representative-claim")]: "five_hour",
    [name("5h-status")]: "rejected",
    [name("5h-reset")]: reset,
    [name("5h-utilization")]: "1.0",
  };
  return withFault(say(""), { status: 429, headers });
};

function wholeBlock(parts: Partial<ActionBlock>): ActionBlock {
  return { thinking: "scripted", chat: null, actions: [], status: "working", ...parts };
}

function withFault(then: Reply, fault: ReplyFault): Reply {
  return { ...then, fault: { ...then.fault, ...fault } };
}
