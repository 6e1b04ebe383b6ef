import type { HookCallback, Options, SpawnOptions, SpawnedProcess } from "@anthropic-ai/claude-agent-sdk";
import type { AgentWall, SessionSpec } from "../agent.ts";
import type { ToolCall } from "../../protocol/verdict.ts";
import { workerTools } from "../../protocol/worker-tools.ts";
import type { Environment } from "./environment.ts";
import { messageOf } from "../../base/fault.ts";

/** The tools of a construct. Glob and Grep are named, because the native agent otherwise searches through Bash. */
export const constructTools: string[] = [...workerTools];

/** The tool that starts a sub-agent. Constructs are not offered it. */
export const subagentTool = "Agent";

/** What the agent calls to hand in a reply that is constrained by a schema. It does nothing outside of the reply. */
const replyTool = "StructuredOutput";

export interface Surroundings {
  executable: string;
  env: Environment;
  spawn: (options: SpawnOptions) => SpawnedProcess;
  /** The most seconds that the gate may take for one verdict; after that the agent itself does not run the call. */
  gateSeconds: number;
}

/** The SDK's options for a session. The same spec but for id, task and caliber gives the same prompt bytes. */
export function sdkOptions(spec: SessionSpec, around: Surroundings): Options {
  const { role } = spec;
  return {
    cwd: spec.cwd,
    env: spec.wall === undefined ? around.env : { ...around.env, CLAUDE_CODE_SHELL_PREFIX: spec.wall.shell },
    ...settingsOf(spec),
    pathToClaudeCodeExecutable: around.executable,
    spawnClaudeCodeProcess: around.spawn,
    model: spec.caliber.model,
    effort: spec.caliber.effort,
    settingSources: [],
    strictMcpConfig: true,
    permissionMode: "dontAsk",
    includePartialMessages: true,
    hooks: { PreToolUse: [{ hooks: [gateHook(spec)], timeout: around.gateSeconds }] },
    ...(spec.resume === undefined ? {} : { resume: spec.resume }),
    ...(role.kind === "worker"
      ? {
          tools: role.subagents === true ? [...constructTools, subagentTool] : constructTools,
          systemPrompt: { type: "preset", preset: "claude_code", excludeDynamicSections: true },
        }
      : {
          tools: [],
          systemPrompt: role.systemPrompt,
          ...(role.replySchema === undefined
            ? {}
            : { outputFormat: { type: "json_schema", schema: role.replySchema } }),
        }),
  };
}

/** Nothing where there is nothing to set: what is not said has the same bytes for all. */
function settingsOf({ wall, fast }: SessionSpec): Pick<Options, "settings"> {
  if (wall === undefined && fast !== true) return {};
  return {
    settings: {
      ...(wall === undefined ? {} : { permissions: { deny: denied(wall) } }),
      ...(fast === true ? { fastMode: true } : {}),
    },
  };
}

/** Rules of the agent's own for its file tools: no allow of ours lifts them. Two slashes begin an absolute path. */
const denied = ({ unreadable, unwritable }: AgentWall): string[] => [
  ...unreadable.flatMap((path) => [`Read(/${path})`, `Read(/${path}/**)`]),
  ...unwritable.map((path) => `Edit(/${path}/**)`),
];

/**
 * Asks our gate before each tool call. Only an explicit allow runs; a gate that throws is a deny with its message, and
 * one that never answers is a deny of the agent's own, by the timeout.
 */
function gateHook(spec: SessionSpec): HookCallback {
  return async (input, toolUseId) => {
    if (input.hook_event_name !== "PreToolUse") return {};
    const call: ToolCall = {
      id: toolUseId ?? input.tool_use_id,
      tool: input.tool_name,
      input: input.tool_input,
      ...(input.agent_id === undefined ? {} : { subagent: input.agent_id }),
    };
    const answer = await verdictOf(spec, call);
    return {
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: answer.allowed ? "allow" : "deny",
        permissionDecisionReason: answer.reason,
      },
    };
  };
}

async function verdictOf(spec: SessionSpec, call: ToolCall): Promise<{ allowed: boolean; reason: string }> {
  const { role } = spec;
  if (role.kind === "coordinator" && role.replySchema !== undefined && call.tool === replyTool)
    return { allowed: true, reason: "This is the reply itself." };
  try {
    const verdict = await spec.gate(call);
    return { allowed: verdict.decision === "allow", reason: verdict.reason };
  } catch (error) {
    return { allowed: false, reason: `The deck's gate failed, so the call does not run: ${messageOf(error)}` };
  }
}
