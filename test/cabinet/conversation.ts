import { EventEmitter } from "node:events";
import type { Readable, Writable } from "node:stream";
import {
  query,
  type Query,
  type SDKMessage,
  type SDKUserMessage,
  type SpawnedProcess,
} from "@anthropic-ai/claude-agent-sdk";
import { channel } from "../../src/base/stream.ts";
import { type Child, startChild } from "../../src/process/child.ts";
import { newMarker, until } from "../process/workbench.ts";

/** One session of an executable under the SDK itself, without any driver of ours. */
export interface Conversation {
  child: Child;
  query: Query;
  messages: SDKMessage[];
  /** What the agent wrote, as it was. */
  wire(): string;
  say(text: string): void;
  /** Waits until so many results have come. */
  results(count: number): Promise<SDKMessage[]>;
  /** No more input. */
  end(): void;
  /** The end of the SDK's stream, with its error if it ended badly. */
  over: Promise<string>;
}

export function converse(executable: string, folder: string, env: Record<string, string> = {}): Conversation {
  const input = channel<SDKUserMessage>();
  const messages: SDKMessage[] = [];
  const written: Buffer[] = [];
  let started: Child | undefined;
  const session = query({
    prompt: input,
    options: {
      pathToClaudeCodeExecutable: executable,
      executable: "node",
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, LANG: "C.UTF-8", ...env },
      settingSources: [],
      permissionMode: "dontAsk",
      model: "sonnet",
      tools: [],
      spawnClaudeCodeProcess(options) {
        const given = Object.entries(options.env).filter((pair): pair is [string, string] => pair[1] !== undefined);
        started = startChild({
          command: options.command,
          args: options.args,
          cwd: options.cwd ?? folder,
          env: Object.fromEntries(given),
          marker: newMarker(),
        });
        started.stdout.prependListener("data", (chunk: Buffer) => written.push(chunk));
        started.stdout.pause();
        return new Spawned(started);
      },
    },
  });
  const over = collect(session, messages);
  if (started === undefined) throw new Error("the SDK started nothing");
  return {
    child: started,
    query: session,
    messages,
    wire: () => Buffer.concat(written).toString(),
    say: (content) =>
      input.push({ type: "user", message: { role: "user", content }, parent_tool_use_id: null, session_id: "" }),
    async results(count) {
      const found = (): SDKMessage[] => messages.filter(({ type }) => type === "result");
      await until(() => found().length >= count, 40_000);
      return found();
    },
    end: () => input.close(),
    over,
  };
}

async function collect(session: Query, messages: SDKMessage[]): Promise<string> {
  try {
    for await (const message of session) messages.push(message);
    return "ended";
  } catch (error) {
    return String(error);
  }
}

/** A child of ours in the shape that the SDK wants. */
class Spawned extends EventEmitter implements SpawnedProcess {
  readonly #child: Child;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly killed = false;

  constructor(child: Child) {
    super();
    this.#child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    child.signal.addEventListener("abort", () => this.#tell(), { once: true });
  }

  get exitCode(): number | null {
    return this.#child.exit?.how === "code" ? this.#child.exit.code : null;
  }

  get signalCode(): NodeJS.Signals | null {
    return this.#child.exit?.how === "signal" ? this.#child.exit.signal : null;
  }

  kill(signal: NodeJS.Signals): boolean {
    const { pid, exit } = this.#child;
    return pid !== undefined && exit === undefined && process.kill(pid, signal);
  }

  #tell(): void {
    const { exit } = this.#child;
    if (exit?.how === "never") this.emit("error", exit.fault);
    else this.emit("exit", this.exitCode, this.signalCode);
  }
}
