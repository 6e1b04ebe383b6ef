import { spawn, type ChildProcess } from "node:child_process";
import { connect, type Socket } from "node:net";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { lineFramer } from "../../base/lines.ts";
import { bridgeLineBytes, readAnswer, tokenVariable, type BridgeAnswer } from "../../protocol/bridge.ts";

export interface PluginCall {
  /** Where the deck listens for bridges. */
  socket: string;
  plugin: string;
  args: string[];
  /** The caller's own variables; the token is among them. */
  env: Record<string, string | undefined>;
  out: Writable;
  err: Writable;
}

/** The bridge's own exit codes: what stood in the way of the plugin. */
const refusedCode = 126;
const unreachableCode = 125;

/** How long the deck may take to answer, milliseconds. */
const answerMs = 15_000;

/**
 * Asks the deck for a plugin and runs it as a child of this process, so that whatever stands around the caller (a wall, an
 * airgap, a kill) stands around the plugin, too. Resolves to the exit code to end with.
 */
export async function callPlugin({ socket, plugin, args, env, out, err }: PluginCall): Promise<number> {
  const say = (text: string): void => void err.write(`cyberdeck-plugin: ${text}\n`);
  const line = connect(socket);
  const { answer, problem } = await ask(line, { token: env[tokenVariable] ?? "", plugin, args });
  if (answer === undefined) {
    line.destroy();
    say(`${problem}. Go on without the plugin.`);
    return unreachableCode;
  }
  if (!answer.ok) {
    line.destroy();
    say(`${answer.reason}.`);
    return refusedCode;
  }
  const { code, exit, bytes } = await runPlugin(answer, env, { out, err, say });
  // Whether the deck still listens makes no difference to the caller.
  line.end(`${JSON.stringify({ exit, bytes })}\n`);
  return code;
}

async function ask(line: Socket, request: object): Promise<{ answer?: BridgeAnswer; problem: string }> {
  const { promise, resolve } = Promise.withResolvers<{ answer?: BridgeAnswer; problem: string }>();
  const framer = lineFramer(bridgeLineBytes);
  const none = (problem: string): void => resolve({ problem });
  line.on("error", () => none("the deck cannot be reached"));
  line.on("close", () => none("the deck has hung up"));
  line.on("data", (chunk: Buffer) => {
    try {
      for (const text of framer.push(chunk)) {
        const answer = readAnswer(text);
        if (answer === undefined) none("the deck gave an answer that this bridge does not understand");
        else resolve({ answer, problem: "" });
      }
    } catch {
      none("the deck gave an answer that is too long");
    }
  });
  const patience = setTimeout(() => none("the deck did not answer"), answerMs);
  line.write(`${JSON.stringify(request)}\n`);
  try {
    return await promise;
  } finally {
    clearTimeout(patience);
  }
}

interface Ended {
  code: number;
  exit: string;
  bytes: number;
}

type Streams = Pick<PluginCall, "out" | "err"> & { say: (text: string) => void };

/** Runs a plugin as a child of this process, on its input; bounded in what it may write to each of its outputs. */
export async function runPlugin(
  { command, args, env, output_bytes }: Omit<BridgeAnswer & { ok: true }, "ok">,
  own: PluginCall["env"],
  { out, err, say }: Streams,
): Promise<Ended> {
  // The plugin gets no token: it is called, and calls nobody in the construct's name.
  const { [tokenVariable]: _, ...rest } = own;
  const child = spawn(command, args, { stdio: ["inherit", "pipe", "pipe"], env: { ...rest, ...env } });
  const ended = Promise.withResolvers<{ code: number; exit: string }>();
  child.on("error", (error) => {
    say(`it could not be started: ${error.message}`);
    ended.resolve({ code: unreachableCode, exit: "never started" });
  });
  child.on("close", (code, signal) => {
    if (signal === null) ended.resolve({ code: code ?? 1, exit: `code ${code ?? 1}` });
    else ended.resolve({ code: 128 + constants.signals[signal], exit: `signal ${signal}` });
  });
  const forward = forwardSignals(child);
  const count = { bytes: 0 };
  pass(child.stdout, out, output_bytes, count, say);
  pass(child.stderr, err, output_bytes, count, say);
  try {
    return { ...(await ended.promise), bytes: count.bytes };
  } finally {
    forward[Symbol.dispose]();
  }
}

/** Hands on what the plugin writes, up to a bound; after that its output is closed, as by `head`. */
function pass(from: Readable, to: Writable, most: number, count: { bytes: number }, say: (text: string) => void): void {
  let left = most;
  // Whoever reads us has gone: the plugin learns that in the same way.
  to.on("error", () => from.destroy());
  from.on("error", () => from.destroy());
  from.on("data", (chunk: Buffer) => {
    const part = chunk.subarray(0, left);
    left -= part.length;
    count.bytes += part.length;
    if (!to.write(part)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
    if (part.length === chunk.length) return;
    say(`its output was cut after ${most} bytes; ask it for less, or have it write a file`);
    from.destroy();
  });
}

/** What ends the bridge ends the plugin. */
function forwardSignals(child: ChildProcess): Disposable {
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handlers = names.map((name) => [name, () => void child.kill(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    [Symbol.dispose]() {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
