import { query, type Options, type Query, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import { pause } from "../src/base/clock.ts";
import { channel, type Channel } from "../src/base/stream.ts";
import { sdkOptions } from "../src/drivers/claude/options.ts";
import { offlineEnvironment } from "../src/drivers/claude/environment.ts";
import { defaultSettings } from "../src/protocol/settings.ts";
import { agentExecutable } from "./machine.ts";

export interface BareParts {
  workspace: string;
  /** HOME of the agents. */
  agentHome: string;
  apiUrl: string;
  prompts: readonly string[];
  /** How many may be on the way from their start to their first message at the same time. */
  mostStarting: number;
}

/**
 * The same prompts without a deck: one `query()` of the Agent SDK each, with the options of a construct and a hook that
 * allows every call. Gives the milliseconds from the first `query()` call to the last result message; the end of the
 * processes is waited for, but not counted.
 */
export async function runBare(parts: BareParts): Promise<number> {
  const options = await bareOptions(parts);
  const queue = [...parts.prompts];
  const results: Promise<void>[] = [];
  const ends: Promise<void>[] = [];
  const began = performance.now();
  const startNext = (): void => {
    const prompt = queue.shift();
    if (prompt === undefined) return;
    const result = Promise.withResolvers<void>();
    results.push(result.promise);
    ends.push(read(prompt, options, startNext, result));
  };
  for (let slot = 0; slot < parts.mostStarting; slot += 1) startNext();
  // The list grows while it is waited for: who has started starts the next one before its own result.
  for (let index = 0; index < parts.prompts.length; index += 1) await results[index];
  const wall = performance.now() - began;
  await Promise.all(ends);
  return wall;
}

/**
 * The same in sessions that were started before, and had time to rest: the milliseconds from the first message, all of them
 * being sent at once, to the last result.
 */
export async function runBareReady(parts: BareParts): Promise<number> {
  const options = await bareOptions(parts);
  const sessions: { input: Channel<SDKUserMessage>; session: Query }[] = [];
  for (let from = 0; from < parts.prompts.length; from += parts.mostStarting) {
    const some = parts.prompts.slice(from, from + parts.mostStarting).map(() => {
      const input = channel<SDKUserMessage>();
      return { input, session: query({ prompt: input, options }) };
    });
    await Promise.all(some.map(({ session }) => session.initializationResult()));
    sessions.push(...some);
  }
  await pause(restMs);
  const began = performance.now();
  const walls = sessions.map(async ({ input, session }, index) => {
    const content = parts.prompts[index] ?? "";
    input.push({ type: "user", parent_tool_use_id: null, message: { role: "user", content } });
    let wall = Number.NaN;
    for await (const message of session) {
      if (message.type !== "result") continue;
      if (message.subtype !== "success") throw new Error(`a bare session ended with ${message.subtype}`);
      wall = performance.now() - began;
      input.close();
    }
    return wall;
  });
  return Math.max(...(await Promise.all(walls)));
}

/** Milliseconds in which whatever the start of the sessions left to do is done. */
const restMs = 1500;

async function read(
  prompt: string,
  options: Options,
  onReady: () => void,
  result: { resolve: () => void; reject: (reason: unknown) => void },
): Promise<void> {
  let isReady = false;
  try {
    for await (const message of query({ prompt, options })) {
      if (message.type === "system" && message.subtype === "init" && !isReady) {
        isReady = true;
        onReady();
      }
      if (message.type !== "result") continue;
      if (message.subtype === "success") result.resolve();
      else result.reject(new Error(`a bare session ended with ${message.subtype}`));
    }
    result.reject(new Error("a bare session ended without a result"));
  } catch (error) {
    result.reject(error);
  }
}

async function bareOptions(parts: BareParts): Promise<Options> {
  const { spawnClaudeCodeProcess: _deckSpawns, ...options } = sdkOptions(
    {
      id: "bare",
      cwd: parts.workspace,
      caliber: defaultSettings(parts.mostStarting).caliber,
      role: { kind: "worker" },
      gate: () => Promise.resolve({ decision: "allow", rule: "bare", reason: "The bench allows it." }),
    },
    {
      executable: await agentExecutable(),
      env: offlineEnvironment(process.env, parts.agentHome, parts.apiUrl),
      gateSeconds: 60,
      spawn: () => {
        throw new Error("the SDK spawns bare sessions by itself");
      },
    },
  );
  return options;
}
