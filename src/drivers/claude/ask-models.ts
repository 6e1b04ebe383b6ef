import type { SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import { Fault } from "../../base/fault.ts";
import { newListingId } from "../../base/ids.ts";
import { channel } from "../../base/stream.ts";
import type { ModelList } from "../../protocol/models.ts";
import { modelsIn } from "./models.ts";
import { hardStop, agentProcess } from "./process.ts";
import type { Around } from "./session.ts";

/** Starts the agent without tools and asks what it can run; no model is asked anything. Nothing of it is alive afterwards. */
export async function askModels(around: Around, cwd: string, signal: AbortSignal): Promise<ModelList> {
  const { query } = await import("@anthropic-ai/claude-agent-sdk");
  const input = channel<SDKUserMessage>();
  const child = agentProcess(newListingId(), around.table, { guardian: around.guardian });
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => given.reject(gone("it was given up"));
  if (signal.aborted) throw gone("it was given up");
  signal.addEventListener("abort", giveUp, { once: true });
  const sdk = query({
    prompt: input,
    options: {
      cwd,
      env: around.env,
      pathToClaudeCodeExecutable: around.executable,
      spawnClaudeCodeProcess: child.spawn,
      settingSources: [],
      strictMcpConfig: true,
      permissionMode: "dontAsk",
      tools: [],
      systemPrompt: "You have nothing to do.",
    },
  });
  const ended = child.closed.then(({ stderr }) => {
    throw gone(`its process ended ${stderr}`.trim());
  });
  try {
    return modelsIn(await Promise.race([sdk.initializationResult(), ended, given.promise]));
  } finally {
    signal.removeEventListener("abort", giveUp);
    given.promise.catch(() => "told to whoever asked");
    ended.catch(() => "it ends as it was told to");
    input.close();
    await child.stop(hardStop);
    sdk.close();
  }
}

const gone = (why: string): Fault =>
  new Fault("agent", "agent.no_models", `The agent was not heard about its models: ${why}.`, {
    hint: "Check the agent with: claude --version",
  });
