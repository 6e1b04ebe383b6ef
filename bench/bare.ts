import { query, type Options } from "@anthropic-ai/claude-agent-sdk";
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
