import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import type { AddressInfo, ListenOptions } from "node:net";
import { setImmediate as nextRound } from "node:timers/promises";
import { errnoOf, Fault, messageOf } from "../../base/fault.ts";
import { homePaths } from "../../store/home.ts";
import type { Port } from "../port.ts";
import { clearAddress, clearOutside, fitsInHome, placeOutside } from "./address.ts";
import { openApplication } from "./application.ts";
import { socketGuard, tokenGuard, type Guard } from "./checks.ts";
import { clearHttpNote, newToken, writeHttpNote } from "./http-note.ts";
import { usualLimits, type DoorLimits } from "./limits.ts";
import { openListener, type Listener } from "./listener.ts";
import { wireVersion } from "./wire.ts";

/** The deck's door for other processes: the port as HTTP, on a unix socket in its home and, when asked, on loopback. */
export interface Door {
  /** Of the socket. */
  readonly path: string;
  /** Where it listens on loopback; the token stands in the home's `http.json`. */
  readonly url: string | undefined;
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
  /** Also on loopback, behind a token; port 0 is any free one. */
  http?: { port: number };
  limits?: DoorLimits;
}

/** Opens the door of a deck, for its user alone. */
export async function openDoor({ home, port, version, http, limits = usualLimits }: DoorOptions): Promise<Door> {
  const instance = randomBytes(8).toString("hex");
  const greeting = { cyberdeck: wireVersion, deck: version, pid: process.pid, instance };
  const application = openApplication({ port, greeting, limits });
  const listeners: Listener[] = [];
  const listen = async (where: ListenOptions, guard: Guard): Promise<Listener> => {
    const listener = openListener((request, response) => application.serve(request, response, guard), limits);
    await begin(listener, where);
    listeners.push(listener);
    return listener;
  };
  let path = "";

  const close = async (): Promise<void> => {
    // Who has asked by now is heard: one round takes in connections, the next one what they say.
    await nextRound();
    await nextRound();
    for (const listener of listeners) listener.shut();
    await application.leave();
    await Promise.all(listeners.map((listener) => listener.close()));
    await clearHttpNote(home);
    await clearAddress(home);
    // Also where the note that names it is gone, and the home with it.
    await clearOutside(path);
  };

  try {
    path = await place(home, (where) => listen(where, socketGuard));
    const url = http === undefined ? undefined : await placeOnLoopback(home, http.port, listen);
    return {
      path,
      url,
      get faces() {
        return application.faces;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Listens in the home, or, where that cannot be (a long path, a file system without sockets), outside of it. */
async function place(home: string, listen: (where: ListenOptions) => Promise<Listener>): Promise<string> {
  let outside = "";
  try {
    await clearHttpNote(home);
    await clearAddress(home);
    if (await fitsInHome(home)) {
      const { socket } = homePaths(home);
      const isThere = await listen({ path: socket }).then(
        () => true,
        () => false,
      );
      if (isThere) return socket;
    }
    outside = await placeOutside(home);
    await listen({ path: outside });
    return outside;
  } catch (error) {
    await clearOutside(outside);
    throw new Fault("setup", "door.no_socket", `the deck cannot listen for other commands: ${messageOf(error)}`, {
      hint: "Give the deck a home on a local disk with --home.",
      cause: error,
    });
  }
}

async function placeOnLoopback(
  home: string,
  port: number,
  listen: (where: ListenOptions, guard: Guard) => Promise<Listener>,
): Promise<string> {
  const token = newToken();
  try {
    const { server } = await listen({ host: "127.0.0.1", port, exclusive: true }, tokenGuard(token));
    const url = `http://127.0.0.1:${portOf(server.address())}`;
    await writeHttpNote(home, { url, token, pid: process.pid });
    return url;
  } catch (error) {
    const isTaken = errnoOf(error) === "EADDRINUSE";
    throw new Fault("setup", "door.no_port", `the deck cannot listen on port ${port}: ${messageOf(error)}`, {
      facts: { port },
      hint: isTaken ? "Something else listens there: name another port, or 0 for any free one." : "Name another port.",
      cause: error,
    });
  }
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === "object" && address !== null ? address.port : 0;

async function begin(listener: Listener, where: ListenOptions): Promise<void> {
  const { server } = listener;
  const ready = Promise.withResolvers<void>();
  server.once("error", ready.reject);
  server.listen(where, ready.resolve);
  await ready.promise;
  server.off("error", ready.reject);
  try {
    if (where.path !== undefined) chmodSync(where.path, 0o600);
  } catch (error) {
    listener.shut();
    await listener.close();
    throw error;
  }
}
