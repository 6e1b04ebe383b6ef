import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { Fault, messageOf } from "../../base/fault.ts";
import { homePaths } from "../../store/home.ts";
import type { Port } from "../port.ts";
import { clearAddress, clearOutside, fitsInHome, placeOutside } from "./address.ts";
import { receive, usualLimits, type Visit, type VisitLimits } from "./visit.ts";
import { wireFault, wireLine, wireVersion } from "./wire.ts";

/** The deck's door for other processes: a unix socket in its home that carries the port. */
export interface Door {
  readonly path: string;
  /** Faces that are connected now. */
  readonly faces: number;
  /** Lets nobody in any more, tells every visitor the end, and leaves no file. */
  close(): Promise<void>;
}

export interface DoorOptions {
  /** The deck's own folder; its lock must be held. */
  home: string;
  port: Port;
  /** Version of the deck, for whoever connects. */
  version: string;
  /** Visitors at the same time. */
  mostVisitors?: number;
  limits?: VisitLimits;
}

/** As many as a netrunner has windows and scripts; more is a mistake. */
const usualVisitors = 64;

/** Opens the door of a deck, for its user alone. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { home, port, version, mostVisitors = usualVisitors, limits = usualLimits } = options;
  const greeting = { cyberdeck: wireVersion, deck: version, pid: process.pid };
  const visits = new Set<Visit>();

  const admit = (socket: Socket): void => {
    if (visits.size >= mostVisitors) {
      socket.on("error", () => "it has gone by itself");
      socket.end(wireLine({ id: null, fault: wireFault(full(mostVisitors)) }));
      socket.destroySoon();
      return;
    }
    const visit = receive(socket, port, greeting, limits);
    visits.add(visit);
    void visit.closed.then(() => visits.delete(visit));
  };

  const { server, path } = await place(home, admit);
  server.on("error", () => "a connection could not be taken; the next one may be");
  return {
    path,
    get faces() {
      return visits.size;
    },
    async close() {
      const shut = Promise.withResolvers<void>();
      server.close(() => shut.resolve());
      await Promise.all([...visits].map((visit) => visit.leave()));
      await shut.promise;
      await clearAddress(home);
      // Also where the note that names it is gone, and the home with it.
      await clearOutside(path);
    },
  };
}

/** Listens in the home, or, where that cannot be (a long path, a file system without sockets), outside of it. */
async function place(home: string, admit: (socket: Socket) => void): Promise<{ server: Server; path: string }> {
  let outside = "";
  try {
    await clearAddress(home);
    if (fitsInHome(home)) {
      const path = homePaths(home).socket;
      const server = await listen(path, admit).catch(() => undefined);
      if (server !== undefined) return { server, path };
    }
    outside = await placeOutside(home);
    return { server: await listen(outside, admit), path: outside };
  } catch (error) {
    await clearOutside(outside);
    throw new Fault("setup", "door.no_socket", `the deck cannot listen for other commands: ${messageOf(error)}`, {
      hint: "Give the deck a home on a local disk with --home.",
      cause: error,
    });
  }
}

async function listen(path: string, admit: (socket: Socket) => void): Promise<Server> {
  const server = createServer(admit);
  const ready = Promise.withResolvers<void>();
  server.once("error", ready.reject);
  server.listen(path, ready.resolve);
  await ready.promise;
  server.off("error", ready.reject);
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    server.close();
    throw error;
  }
  return server;
}

const full = (most: number): Fault =>
  new Fault("refused", "door.full", `${most} faces are connected to this deck already`, {
    hint: "Close one of them, then try again.",
  });
