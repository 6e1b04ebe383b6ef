import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { findExecutable } from "../src/drivers/claude/executable.ts";

/** What a figure depends on and is compared within. */
export interface Machine {
  cores: number;
  node: string;
  agent: string;
}

/** Looks at the machine; the agent is asked for its version in an environment that holds nothing but PATH. */
export async function lookAtMachine(): Promise<Machine> {
  const { stdout } = await promisify(execFile)(await agentExecutable(), ["--version"], {
    env: { PATH: process.env["PATH"] ?? "" },
    timeout: 30_000,
  });
  return { cores: availableParallelism(), node: process.version, agent: stdout.trim() };
}

/** The agent that comes with the SDK, so that every machine measures the same one. */
export const agentExecutable = (): Promise<string> =>
  findExecutable({ asked: undefined, env: {}, cwd: import.meta.dirname });
