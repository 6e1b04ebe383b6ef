import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { errnoOf, Fault } from "../../base/fault.ts";
import { createServer } from "../../base/node-http.ts";
import { refusalText } from "./answering.ts";
import type { DoorLimits } from "./limits.ts";

/** One way in: a server that lets requests through and turns away what is none, too many or too slow. */
export interface Listener {
  readonly server: Server;
  /** Lets nobody in any more. */
  shut(): void;
  /** Ends what is still open. Settles when nothing is. */
  close(): Promise<void>;
}

/** Makes the server; where it listens is up to the caller. Each connection is for one request: nothing can be queued behind it. */
export function openListener(
  serve: (request: IncomingMessage, response: ServerResponse) => void,
  limits: DoorLimits,
): Listener {
  const sockets = new Set<Socket>();
  /** Those that have asked for something. */
  const asked = new WeakSet<Duplex>();
  const turnedAway = new WeakSet<Duplex>();
  const closed = Promise.withResolvers<void>();

  /** Says why not, and closes. What is still sent is read and forgotten for a while, so that the words arrive. */
  const turnAway = (socket: Duplex, fault: Fault): void => {
    if (turnedAway.has(socket)) return;
    turnedAway.add(socket);
    socket.end(refusalText(fault));
    const enough = setTimeout(() => socket.destroy(), limits.lastWordsMs);
    socket.once("close", () => clearTimeout(enough));
  };

  const server = createServer({
    headersTimeout: limits.headMs,
    // Only for a body that nobody has asked for: the others have their own time, and an answer when it is over.
    requestTimeout: 2 * (limits.headMs + limits.bodyMs),
    connectionsCheckingInterval: Math.min(1000, limits.headMs / 2),
    maxHeaderSize: longestHead,
    highWaterMark: waterMark,
    // We say ourselves what is wrong with a request that has none.
    requireHostHeader: false,
  });
  server.maxRequestsPerSocket = 1;
  // Beyond those that are told that there is no room, nobody is told anything.
  server.maxConnections = limits.mostConnections * 2;

  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => "it has gone by itself");
    if (sockets.size > limits.mostConnections) turnAway(socket, full(limits.mostConnections));
  });
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    if (turnedAway.has(request.socket)) return;
    asked.add(request.socket);
    serve(request, response);
  };
  server.on("request", take);
  // Whoever asks before it sends its body is told to go on only once it has been let in.
  server.on("checkContinue", take);
  server.on("clientError", (error, socket) => {
    if (turnedAway.has(socket)) return;
    // An answer is on its way, and nothing may be mixed into it: who sends rubbish behind a request loses its answer.
    if (asked.has(socket) || !socket.writable) socket.destroy();
    else turnAway(socket, unreadable(error, limits));
  });
  server.on("error", () => "a connection could not be taken; the next one may be");
  server.on("close", () => closed.resolve());

  return {
    server,
    shut() {
      server.close();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await closed.promise;
    },
  };
}

/** So much may wait for one visitor, bytes, before what follows stays in the record: less, and a long record goes out in fits and starts. */
const waterMark = 256 * 1024;

/** Our own faces send less than one KB, browsers some KB. Bytes. */
const longestHead = 16 * 1024;

function unreadable(error: Error, { headMs }: DoorLimits): Fault {
  switch (errnoOf(error)) {
    case "HPE_HEADER_OVERFLOW":
      return new Fault("usage", "door.long_head", `the head of a request may have ${longestHead} bytes`, {
        hint: "Send fewer or shorter headers.",
      });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Fault("usage", "door.too_late", "the request has not come in time", {
        hint: `Send its head within ${headMs} ms.`,
      });
    default:
      return new Fault("usage", "door.bad_request", "this is no HTTP request", {
        hint: "Ask for example with: curl --unix-socket PATH http://localhost/v1/version",
      });
  }
}

const full = (most: number): Fault =>
  new Fault("refused", "door.full", `${most} connections are open at this deck already`, {
    hint: "Close a face, then try again.",
  });
