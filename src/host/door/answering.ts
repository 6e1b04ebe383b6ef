import type { IncomingMessage, ServerResponse } from "node:http";
import { pause } from "../../base/clock.ts";
import type { Fault, FaultKind } from "../../base/fault.ts";
import type { DoorLimits } from "./limits.ts";
import { wireFault, wireHeader, wireVersion } from "./wire.ts";

/** Headers of every answer: it is for this asker, now, no page may embed it or guess at its type, and nothing follows it. */
export const usualHeaders: Readonly<Record<string, string>> = {
  [wireHeader]: String(wireVersion),
  Connection: "close",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** One request and the way to answer it. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
}

/** Answers with JSON and ends; settles when it was read, or the patience with the reader is over. */
export async function answer(call: Call, status: number, value: unknown, limits: DoorLimits): Promise<void> {
  const { request, response } = call;
  if (response.headersSent || response.destroyed) return void request.socket.destroy();
  const text = `${JSON.stringify(value)}\n`;
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
  response.write(text);
  // Closing on somebody who still sends can take the answer from them: what comes is read, and forgotten, for a while.
  if (!request.complete && hasBody(request)) await drained(request, limits.lastWordsMs, gone.signal);
  response.end();
  await pause(limits.stallMs, gone.signal);
  if (!gone.signal.aborted) request.socket.destroy();
}

/** Answers with a fault, under the status that suits it. */
export async function refuse(call: Call, error: unknown, limits: DoorLimits): Promise<void> {
  const fault = wireFault(error);
  if (!call.response.headersSent) {
    if (fault.code === "door.no_token") call.response.setHeader("WWW-Authenticate", 'Bearer realm="cyberdeck"');
    if (fault.code === "door.bad_method") call.response.setHeader("Allow", String(fault.facts["allowed"]));
  }
  await answer(call, statusOf(fault), { fault }, limits);
}

/** A fault as a whole answer, for where there is no request to answer. */
export function refusalText(fault: Fault): string {
  const body = `${JSON.stringify({ fault: wireFault(fault) })}\n`;
  const headers = Object.entries({
    ...usualHeaders,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${statusOf(fault)} Refused\r\n${head}\r\n${body}`;
}

const statusOf = ({ code, kind }: { code: string; kind: FaultKind }): number =>
  statusByCode[code] ?? statusByKind[kind];

const statusByKind: Readonly<Record<FaultKind, number>> = {
  usage: 400,
  refused: 409,
  internal: 500,
  agent: 502,
  setup: 503,
  storage: 507,
};

const statusByCode: Readonly<Record<string, number>> = {
  "door.no_token": 401,
  "door.foreign_host": 403,
  "door.foreign_origin": 403,
  "door.unknown_path": 404,
  "door.bad_method": 405,
  "door.too_late": 408,
  "door.other_version": 409,
  "door.too_long": 413,
  "door.bad_media": 415,
  "door.too_much": 429,
  "door.long_head": 431,
  "door.full": 503,
  "door.closing": 503,
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

async function drained(request: IncomingMessage, ms: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const enough = AbortSignal.any([done.signal, signal]);
  request.once("end", () => done.abort());
  request.resume();
  await pause(ms, enough);
}
