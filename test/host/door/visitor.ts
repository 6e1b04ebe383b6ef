import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { pause } from "../../../src/base/clock.ts";

export interface Visitor extends Disposable {
  socket: Socket;
  /** Writes a message as a line. */
  say(message: unknown): void;
  /** The next line that came and was not looked at yet; fails after ten seconds. */
  next(): Promise<unknown>;
  /** Lines until the connection is over, or fails after ten seconds. */
  rest(): Promise<unknown[]>;
}

/** A face that speaks the wire by hand, so that it can speak it badly. */
export async function visit(path: string, hello: "polite" | "mute" = "polite"): Promise<Visitor> {
  const socket = connect(path);
  const lines: unknown[] = [];
  let text = "";
  const over = new AbortController();
  let wake = Promise.withResolvers<void>();
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
    const parts = text.split("\n");
    text = parts.pop() ?? "";
    lines.push(...parts.map((part): unknown => JSON.parse(part)));
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
  const visitor: Visitor = {
    socket,
    say: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    async next() {
      while (lines.length === 0 && !over.signal.aborted) await changed();
      return lines.shift();
    },
    async rest() {
      while (!over.signal.aborted) await changed();
      return lines.splice(0);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
  if (hello === "polite") {
    visitor.say({ attach: 1 });
    await visitor.next();
  }
  return visitor;
}
