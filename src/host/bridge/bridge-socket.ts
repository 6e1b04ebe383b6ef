import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { lineFramer } from "../../base/lines.ts";
import type { Bridge, BridgeCall } from "../../engine/plugins/bridge.ts";
import { bridgeLineBytes, readEnd, readRequest } from "../../protocol/bridge.ts";
import { homePaths } from "../../store/home.ts";

/** Where constructs reach their plugins: a command in the home, and the socket that it speaks to. */
export interface BridgePlace {
  /** The command, absolute: `<command> NAME ARGUMENTS…` */
  command: string;
  close(): Promise<void>;
}

export interface BridgePlaceOptions {
  /** The deck's own folder; its lock must be held. */
  home: string;
  bridge: Bridge;
  /** The program that speaks for a construct, and what runs it. */
  script: string;
  node: string;
}

/** The longest path of a socket on every system, bytes. */
const longestPath = 103;

/** Bridges at the same time; each construct may have several. */
const mostCallers = 256;

/** How long a bridge may take to say what it wants, milliseconds. */
const requestMs = 5000;

/** Opens the bridge of a deck: for its user alone, and no way to anything but plugins. */
export async function openBridge({ home, bridge, script, node }: BridgePlaceOptions): Promise<BridgePlace> {
  const callers = new Set<Socket>();
  const admit = (socket: Socket): void => {
    if (callers.size >= mostCallers) return void socket.destroy();
    callers.add(socket);
    socket.once("close", () => callers.delete(socket));
    serve(socket, bridge);
  };
  const { bridgeCommand: command } = homePaths(home);
  try {
    const { server, path, remove } = await listen(home, admit);
    writeCommand(command, { node, script, socket: path });
    return {
      command,
      async close() {
        const shut = Promise.withResolvers<void>();
        server.close(() => shut.resolve());
        for (const socket of callers) socket.destroy();
        await shut.promise;
        await remove();
      },
    };
  } catch (error) {
    throw new Fault("setup", "bridge.no_socket", `constructs cannot reach their plugins: ${messageOf(error)}`, {
      hint: "Give the deck a home on a local disk with --home.",
      cause: error,
    });
  }
}

/** One connection is one call: a request, its answer, the end. Whatever is malformed ends it. */
function serve(socket: Socket, bridge: Bridge): void {
  const framer = lineFramer(bridgeLineBytes);
  let call: BridgeCall | undefined;
  const heard = new AbortController();
  socket.on("error", () => "it has gone by itself");
  socket.on("close", () => {
    heard.abort();
    call?.ended("nobody told: what called it was ended", 0);
  });
  const giveUp = async (): Promise<void> => {
    await pause(requestMs, heard.signal);
    if (call === undefined) socket.destroy();
  };
  void giveUp();
  socket.on("data", (chunk: Buffer) => {
    try {
      for (const line of framer.push(chunk)) {
        if (call !== undefined) {
          const end = readEnd(line);
          if (end !== undefined) call.ended(end.exit, end.bytes);
          socket.end();
          return;
        }
        const request = readRequest(line);
        if (request === undefined) {
          socket.destroy();
          return;
        }
        call = bridge.call(request);
        heard.abort();
        socket.write(`${JSON.stringify(call.answer)}\n`);
      }
    } catch {
      // A line that is too long: nobody who belongs here writes one.
      socket.destroy();
    }
  });
}

async function listen(
  home: string,
  admit: (socket: Socket) => void,
): Promise<{ server: Server; path: string; remove: () => Promise<void> }> {
  const inHome = homePaths(home).bridgeSocket;
  const isShort = Buffer.byteLength(inHome) <= longestPath;
  // Where the home's path is too long for a socket, a folder of our own has a short one.
  const path = isShort ? inHome : join(await mkdtemp("/tmp/cyberdeck-bridge-"), "bridge.sock");
  const remove = (): Promise<void> => rm(isShort ? path : dirname(path), { recursive: true, force: true });
  rmSync(path, { force: true });
  const server = createServer(admit);
  const ready = Promise.withResolvers<void>();
  server.once("error", ready.reject);
  server.listen(path, ready.resolve);
  try {
    await ready.promise;
    server.on("error", () => "a connection could not be taken; the next one may be");
    chmodSync(path, 0o600);
    return { server, path, remove };
  } catch (error) {
    server.close();
    await remove();
    throw error;
  }
}

/** Written anew each time: the program that it names may have moved. No option of the caller's reaches the runner. */
function writeCommand(path: string, { node, script, socket }: { node: string; script: string; socket: string }): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  const line = ["exec", "env", "-u", "NODE_OPTIONS", node, script, socket].map(quoted).join(" ");
  writeFileSync(path, `#!/bin/sh\n${line} "$@"\n`, { mode: 0o700, flag: "wx" });
}

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
