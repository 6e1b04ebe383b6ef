import type { IncomingHttpHeaders } from "node:http";

/** A request as it came, for tests and for looking at what the agent sends. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when it was not JSON. */
  body: unknown;
  bytes: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Keeps the newest requests within bounds of number and size; the newest one is always kept. */
export function seenRequests(mostRequests = 1000, mostBytes = 64 * 1024 * 1024): SeenLog {
  const list: SeenRequest[] = [];
  let bytes = 0;
  return {
    list,
    add(request) {
      list.push(request);
      bytes += request.bytes;
      while (list.length > 1 && (list.length > mostRequests || bytes > mostBytes)) bytes -= list.shift()?.bytes ?? 0;
    },
  };
}

export interface SeenLog {
  readonly list: readonly SeenRequest[];
  add(request: SeenRequest): void;
}
