import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { tmpdir } from "node:os";
import type { DeckOptions } from "../../../src/host/deck-options.ts";
import type { Input, OpenDeck, Output, SignalName, World } from "../../../src/faces/cli/world.ts";
import { runCli } from "../../../src/faces/cli/run-cli.ts";

export interface Stand extends World {
  stdin: Input & PassThrough;
  readonly out: string;
  readonly err: string;
  /** What the deck was opened with. */
  readonly opened: DeckOptions[];
  raise(name: SignalName): void;
  /** Listeners of signals that are still there. */
  readonly listening: number;
}

/** A world without a process: streams that are kept in memory, signals that a test raises. */
export function stand(argv: string[], deck: OpenDeck | (() => Promise<OpenDeck>), changes: Partial<World> = {}): Stand {
  const stdout = kept();
  const stderr = kept();
  const opened: DeckOptions[] = [];
  const listeners = new Map<SignalName, Set<() => void>>();
  const world: World = {
    argv,
    env: {},
    cwd: tmpdir(),
    homeDir: "/home/nobody",
    cores: 2,
    stdin: new PassThrough(),
    stdout: stdout.stream,
    stderr: stderr.stream,
    signals(name, listener) {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return { [Symbol.dispose]: () => void all.delete(listener) };
    },
    openDeck(options) {
      opened.push(options);
      return typeof deck === "function" ? deck() : Promise.resolve(deck);
    },
    hostGone: () => Promise.resolve(true),
    listCatalogues: async (home) => {
      const { env = {}, homeDir = "/home/nobody" } = changes;
      return (await import("../../../src/bin/open-catalogues.ts")).listCatalogues(home, { env, homeDir });
    },
    triage: () => Promise.reject(new Error("no crash is read here")),
    examine: () => Promise.resolve([]),
    startNode: () => Promise.reject(new Error("this machine is no node here")),
    openBrake: async (home) => (await import("../../../src/bin/open-brake.ts")).openBrake(home),
    version: "9.8.7",
    ...changes,
  };
  return Object.defineProperties(
    { ...world, opened, raise: (name: SignalName) => listeners.get(name)?.forEach((listener) => listener()) },
    {
      out: { get: () => stdout.text() },
      err: { get: () => stderr.text() },
      listening: { get: () => [...listeners.values()].reduce((sum, all) => sum + all.size, 0) },
    },
  ) as Stand;
}

/** Runs the command line in a stand to its end. */
export async function run(world: Stand): Promise<{ code: number; out: string; err: string }> {
  const code = await runCli(world);
  return { code, out: world.out, err: world.err };
}

/** A stream that says that it is a terminal of this size. */
export const terminal = (stream: Output, columns = 80, rows = 24): Output =>
  Object.assign(stream, { isTTY: true, columns, rows });

export const plainText = (text: string): string => stripVTControlCharacters(text);

function kept(): { stream: Output; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
