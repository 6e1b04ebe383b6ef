import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { pause } from "../../../src/base/clock.ts";

/** Where a visitor knocks: the path of a socket, or a port of loopback. */
export type Address = string | number;

export interface Visitor extends Disposable {
  socket: Socket;
  /** Everything that came until the connection was over, or fails after ten seconds. */
  rest(): Promise<Answer>;
  /** The next message of a stream; undefined when the connection is over, fails after ten seconds. */
  next(): Promise<{ event: string; id: string; data: unknown } | undefined>;
}

export interface Answer {
  /** 0 where nothing came that looks like an answer. */
  status: number;
  headers: string;
  body: unknown;
}

export interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** The text of a request, as badly as the test wants it. */
export function requestText(path: string, { method = "GET", headers = {}, body }: Asking = {}): string {
  const all = {
    Host: "localhost",
    ...(body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}

/** Asks by hand and waits for the whole answer. */
export async function knock(address: Address, path: string, asking: Asking = {}): Promise<Answer> {
  using visitor = await visit(address, requestText(path, asking));
  return await visitor.rest();
}

/** Sends a command by hand. */
export const command = (address: Address, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  knock(address, "/v1/commands", { method: "POST", body, headers });

/** A face that speaks HTTP by hand, so that it can speak it badly. */
export async function visit(address: Address, text = ""): Promise<Visitor> {
  const socket = typeof address === "string" ? connect(address) : connect(address, "127.0.0.1");
  let heard = "";
  let at = 0;
  const over = new AbortController();
  let wake = Promise.withResolvers<void>();
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    heard += String(chunk);
    wake.resolve();
  });
  socket.on("error", () => "`close` follows");
  socket.on("close", () => {
    over.abort();
    wake.resolve();
  });
  const changed = async (): Promise<void> => {
    const enough = new AbortController();
    const late = pause(10_000, enough.signal).then(() => "late");
    if ((await Promise.race([wake.promise, late])) === "late") throw new Error("nothing came for ten seconds");
    enough.abort();
    wake = Promise.withResolvers();
  };
  await once(socket, "connect");
  if (text !== "") socket.write(text);
  return {
    socket,
    async rest() {
      while (!over.signal.aborted) await changed();
      return answerOf(heard);
    },
    async next() {
      for (;;) {
        const frame = /^(?:id: (\d+)\n)?event: (.+)\ndata: (.*)\n\n/m;
        const found = frame.exec(heard.slice(at));
        if (found !== null) {
          at += found.index + found[0].length;
          return { id: found[1] ?? "", event: found[2] ?? "", data: JSON.parse(found[3] ?? "") };
        }
        if (over.signal.aborted) return undefined;
        await changed();
      }
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

function answerOf(text: string): Answer {
  const heard = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
  const end = heard.indexOf("\r\n\r\n");
  const head = end === -1 ? heard : heard.slice(0, end);
  const body = end === -1 ? "" : heard.slice(end + 4);
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0), headers: head, body: asJson(body) };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A stream, or nothing at all.
    return text;
  }
}
