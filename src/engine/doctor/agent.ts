import { execFile } from "node:child_process";
import { oneLine } from "../../base/text.ts";
import type { CanaryResult } from "../gate/canary.ts";
import { ok, problem, skipped, warning, type Check } from "./check.ts";

export interface AgentParts {
  /** Where the agent is; a fault when it is nowhere. */
  executable: Promise<string>;
  /** The version that this deck was tried with. */
  tried: string;
  /** For a process that is only asked for its version: nothing of a login in it. */
  env: Record<string, string>;
}

/** Whether there is an agent, and whether it is one that this deck was tried with. */
export const agentCheck = ({ executable, tried, env }: AgentParts): Check => ({
  name: "agent",
  limitMs: 15_000,
  async look(signal) {
    const path = await executable;
    const said = await versionOf(path, env, signal);
    if ("problem" in said)
      return problem(`${path} does not tell its version: ${said.problem}`, {
        next: "Install Claude Code anew, or name another one with --claude-bin PATH.",
        command: "npm install -g @anthropic-ai/claude-code",
      });
    const what = `Claude Code ${said.version} (${path})`;
    if (said.version === tried) return ok(`${what}, the version that this deck was tried with`);
    return warning(`${what}; this deck was tried with ${tried}`, {
      next: "It may work all the same: the check of the gate below has tried what matters most.",
    });
  },
});

/** Whether the agent keeps to the gate: a forbidden call of the real agent must come back denied. */
export const gateCheck = (
  executable: Promise<string>,
  tryGate: (executable: string, signal: AbortSignal) => Promise<CanaryResult>,
): Check => ({
  name: "gate",
  limitMs: 45_000,
  async look(signal) {
    const path = await executable.catch(() => undefined);
    if (path === undefined) return skipped("there is no agent to try it with");
    const result = await tryGate(path, signal);
    if (result.passed) return ok("forbidden calls of the real agent came back denied, also through a sub-agent");
    return problem(`no construct would be started: ${result.problem}`, {
      next: "Use a version of Claude Code that this deck was tried with, or name one with --claude-bin PATH.",
    });
  },
});

type Said = { version: string } | { problem: string };

function versionOf(path: string, env: Record<string, string>, signal: AbortSignal): Promise<Said> {
  const options = { env, signal, timeout: 10_000, killSignal: "SIGKILL", maxBuffer: 64 * 1024, cwd: "/" } as const;
  return new Promise((resolve) => {
    const child = execFile(path, ["--version"], options, (error, stdout, stderr) => {
      const version = /\d+\.\d+\.\d+[\w.-]*/.exec(stdout)?.[0];
      if (error === null && version !== undefined) return resolve({ version });
      if (error?.killed === true) return resolve({ problem: "it does not end" });
      resolve({ problem: oneLine(stderr.trim() || error?.message || `it says "${stdout.trim()}"`, 200) });
    });
    child.stdin?.end();
  });
}
