import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import { pause } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { createServer } from "../base/node-http.ts";
import type { Answerer, Reply } from "./reply.ts";
import { parseRequest, type ModelRequest } from "./request.ts";
import { seenRequests, type SeenLog, type SeenRequest } from "./seen.ts";
import { streamHeaders, streamMessage } from "./sse.ts";
import { tokensFor, wireError, wireMessage } from "./wire.ts";

export interface OfflineApi {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  /** The newest requests, oldest first; bounded, see `seen.ts`. */
  readonly requests: readonly SeenRequest[];
  /** Stops listening and ends the open connections. Safe to call more than once. */
  close(): Promise<void>;
}

/**
 * Starts a Messages API on loopback whose model is `answer`. Without a port, any free one is taken.
 * @param options keep: so many requests are kept at most
 */
export async function startOfflineApi(options: {
  answer: Answerer;
  port?: number;
  keep?: number;
}): Promise<OfflineApi> {
  const seen = seenRequests(options.keep);
  const server = createServer((request, response) => {
    serve(request, response, options.answer, seen).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, 500, `the offline model failed: ${messageOf(error)}`);
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening").catch((error: unknown) => {
    throw new Fault("setup", "offline.no_port", `The offline model cannot listen: ${messageOf(error)}`, {
      hint: "Choose another port, or none, so that a free one is taken.",
      cause: error,
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Fault("internal", "offline.no_address", "The offline model has no TCP address.");
  }
  let closing: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: seen.list,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

/** A conversation with the real agent stays far below; a body beyond it is a mistake and would only fill the memory. */
const mostBodyBytes = 64 * 1024 * 1024;

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answerer,
  seen: SeenLog,
): Promise<void> {
  const bytes = await readBody(request);
  if (bytes === undefined) {
    response.setHeader("connection", "close");
    return sendError(response, 413, `the body is larger than ${mostBodyBytes} bytes`);
  }
  const body = parseJson(bytes);
  const path = new URL(request.url ?? "/", "http://offline").pathname;
  const { method = "", headers } = request;
  seen.add({ method, path, headers, body, bytes: bytes.length, at: Date.now() });

  if (path !== "/v1/messages" && path !== "/v1/messages/count_tokens") {
    return sendError(response, 404, `${method} ${path} is not served; this is POST /v1/messages and count_tokens`);
  }
  if (method !== "POST") return sendError(response, 405, `${path} takes POST, not ${method}`);
  if (body === undefined) return sendError(response, 400, "the body is not valid JSON");
  const session = headers["x-claude-code-session-id"];
  const parsed = parseRequest(body, bytes.length, typeof session === "string" ? session : undefined);
  if (!parsed.ok) return sendError(response, 400, parsed.problem);
  if (path.endsWith("count_tokens")) return sendJson(response, 200, { input_tokens: tokensFor(bytes.length) });
  return sendReply(response, await answer(parsed.request), parsed.request);
}

async function sendReply(response: ServerResponse, reply: Reply, request: ModelRequest): Promise<void> {
  const { latencyMs, status, retryAfter, headers = {}, cut } = reply.fault ?? {};
  if (latencyMs !== undefined) await pauseUnlessGone(response, latencyMs);
  if (response.destroyed) return;
  if (status !== undefined) {
    if (retryAfter !== undefined) response.setHeader("retry-after", String(retryAfter));
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return sendError(response, status, `scripted error ${status}`);
  }
  const message = wireMessage(reply, request);
  if (!request.stream) {
    if (cut === "disconnect") return void response.destroy();
    if (cut !== "silence") return sendJson(response, 200, message);
  }
  response.writeHead(200, request.stream ? streamHeaders : { "content-type": "application/json" });
  response.flushHeaders();
  if (cut === "silence") return;
  await streamMessage(response, message, cut === "disconnect" ? 0.5 : 1);
  // A comment line is flushed after all that was sent before it; without the wait, the break would swallow the events.
  if (cut === "disconnect") response.write(": the connection breaks here\n\n", () => response.destroy());
  else response.end();
}

async function pauseUnlessGone(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  response.once("close", abort);
  await pause(ms, gone.signal);
  response.off("close", abort);
}

/** The body, or undefined when it is too large. The rest of a large one is read and dropped, so that the reply arrives. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= mostBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > mostBodyBytes ? undefined : Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined; // The caller answers 400: the text is not JSON.
  }
}

function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, wireError(status, message));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
