// The real agent, driven against the offline API with an environment and a HOME of its own.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { query, type SDKMessage, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";

export interface AgentRun {
  result: string;
  structured: unknown;
  costUsd: number;
  denials: number;
  messages: SDKMessage[];
}

const agentPath = (): string => {
  const platform = `${process.platform}-${process.arch}`;
  return createRequire(import.meta.url).resolve(`@anthropic-ai/claude-agent-sdk-${platform}/claude`);
};

const nineTools = ["Bash", "Read", "Write", "Edit", "Glob", "Grep", "WebSearch", "WebFetch", "TodoWrite"];

export async function runAgent(options: {
  url: string;
  temp: string;
  cwd: string;
  prompt: string | AsyncIterable<SDKUserMessage>;
  /** With a system prompt the agent is a coordinator: it gets no tools. */
  systemPrompt?: string;
  replySchema?: Record<string, unknown>;
}): Promise<AgentRun> {
  const home = join(options.temp, "home");
  mkdirSync(home, { recursive: true });
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 50_000);
  const messages: SDKMessage[] = [];
  let run: AgentRun = { result: "", structured: undefined, costUsd: 0, denials: 0, messages };
  try {
    const session = query({
      prompt: options.prompt,
      options: {
        cwd: options.cwd,
        abortController: stop,
        pathToClaudeCodeExecutable: agentPath(),
        model: "sonnet",
        settingSources: [],
        ...(options.systemPrompt === undefined
          ? { tools: nineTools }
          : { tools: [], systemPrompt: options.systemPrompt }),
        ...(options.replySchema === undefined
          ? {}
          : { outputFormat: { type: "json_schema" as const, schema: options.replySchema } }),
        permissionMode: "dontAsk",
        env: {
          PATH: process.env["PATH"],
          HOME: home,
          LANG: "C.UTF-8",
          ANTHROPIC_BASE_URL: options.url,
          ANTHROPIC_API_KEY: "offline",
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          CLAUDE_CODE_DISABLE_CLAUDE_MDS: "1",
          CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
          CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: "1",
          DISABLE_TELEMETRY: "1",
          DISABLE_AUTOUPDATER: "1",
          DISABLE_ERROR_REPORTING: "1",
        },
        hooks: {
          PreToolUse: [
            {
              hooks: [
                () =>
                  Promise.resolve({
                    hookSpecificOutput: { hookEventName: "PreToolUse" as const, permissionDecision: "allow" as const },
                  }),
              ],
            },
          ],
        },
      },
    });
    for await (const message of session) {
      messages.push(message);
      if (message.type !== "result") continue;
      run = {
        structured: message.subtype === "success" ? message.structured_output : undefined,
        result: message.subtype === "success" ? message.result : message.subtype,
        costUsd: message.total_cost_usd,
        denials: message.permission_denials.length,
        messages,
      };
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  return run;
}
