import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A way to a server that can be cut as a cable is: nothing gets through any more, and nobody is told. */
export interface Relay extends AsyncDisposable {
  readonly url: string;
  cut(): void;
  mend(): void;
}

/** @param at where it listens */
export async function startRelay(port: number, at = "127.0.0.1"): Promise<Relay> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    if (isCut) socket.pause();
  };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    keep(near);
    keep(far);
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => near.write(bytes));
    if (isCut) for (const socket of [near, far]) socket.pause();
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  server.listen(0, at);
  await once(server, "listening");
  const address = server.address();
  return {
    url: `nats://${at}:${typeof address === "object" ? address?.port : 0}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
