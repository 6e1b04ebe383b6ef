import { mkdirSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

/** A home whose socket leads to that of another deck, over connections that can be broken. */
export interface Proxy {
  home: string;
  /** Where new connections lead to. */
  target: string;
  /** Breaks those that are open, or only those that have asked for this. */
  breakAll(asked?: string): void;
  close(): Promise<void>;
}

export async function openProxy(folder: string, target: string): Promise<Proxy> {
  const home = join(folder, "proxy");
  mkdirSync(home);
  const asked = new Map<Socket, string>();
  const server = createServer((near) => {
    const away = connect(proxy.target);
    asked.set(near, "");
    near
      .on("error", () => "broken by this test")
      .on("close", () => {
        asked.delete(near);
        away.destroy();
      });
    away.on("error", () => "broken by this test").on("close", () => near.destroy());
    near.on("data", (chunk: Buffer) => asked.set(near, `${asked.get(near)}${chunk.toString()}`));
    near.pipe(away).pipe(near);
  });
  const proxy: Proxy = {
    home,
    target,
    breakAll(wanted = "") {
      for (const [socket, text] of asked) if (text.includes(wanted)) socket.destroy();
    },
    async close() {
      proxy.breakAll();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => void server.listen(join(home, "deck.sock"), resolve));
  return proxy;
}
