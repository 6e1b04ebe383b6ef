import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { WireBlock, WireMessage } from "./wire.ts";

export const streamHeaders = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };

/**
 * Sends a message as server-sent events. Waits whenever the receiver does not keep up; ends early, without an error,
 * when the receiver is gone.
 * @param share the part of the events to send, 0 to 1; less than 1 leaves the message unfinished
 */
export async function streamMessage(response: ServerResponse, message: WireMessage, share = 1): Promise<void> {
  const events = [...eventsOf(message)];
  for (const event of events.slice(0, Math.floor(events.length * share))) {
    if (response.destroyed) return;
    if (response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)) continue;
    await roomOrGone(response);
  }
}

interface StreamEvent {
  type: string;
  [field: string]: unknown;
}

/** Characters in one delta: small enough that long texts arrive as a stream, large enough not to be slow. */
const deltaLength = 4096;

function* eventsOf(message: WireMessage): Generator<StreamEvent> {
  const start = { ...message, content: [], stop_reason: null, usage: { ...message.usage, output_tokens: 1 } };
  yield { type: "message_start", message: start };
  for (const [index, block] of message.content.entries()) {
    yield { type: "content_block_start", index, content_block: emptyBlock(block) };
    for (const delta of deltasOf(block)) yield { type: "content_block_delta", index, delta };
    yield { type: "content_block_stop", index };
  }
  const delta = { stop_reason: message.stop_reason, stop_sequence: null };
  yield { type: "message_delta", delta, usage: message.usage };
  yield { type: "message_stop" };
}

function emptyBlock(block: WireBlock): WireBlock {
  if (block.type === "text") return { type: "text", text: "" };
  if (block.type === "thinking") return { type: "thinking", thinking: "", signature: "" };
  return { ...block, input: {} };
}

function* deltasOf(block: WireBlock): Generator<Record<string, string>> {
  if (block.type === "text") {
    for (const text of pieces(block.text)) yield { type: "text_delta", text };
  } else if (block.type === "thinking") {
    for (const thinking of pieces(block.thinking)) yield { type: "thinking_delta", thinking };
    yield { type: "signature_delta", signature: block.signature };
  } else {
    for (const part of pieces(JSON.stringify(block.input))) yield { type: "input_json_delta", partial_json: part };
  }
}

/** Pieces that never cut a surrogate pair: each event is JSON of its own, and half a pair does not survive UTF-8. */
function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const last = text.charCodeAt(at + deltaLength - 1);
    const end = at + deltaLength + (last >= 0xd800 && last <= 0xdbff ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}

async function roomOrGone(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const close = (): void => gone.abort();
  response.once("close", close);
  try {
    if (!response.destroyed) await once(response, "drain", { signal: gone.signal });
  } catch {
    // The receiver left while we waited for room: the caller looks at `destroyed` and stops.
  } finally {
    response.off("close", close);
  }
}
