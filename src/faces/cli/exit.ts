import { Fault, unreachable } from "../../base/fault.ts";
import type { RunStatus } from "../../protocol/run-status.ts";

export const exitCode = { done: 0, failed: 1, usage: 2, waiting: 3, paused: 4, interrupted: 130 } as const;

/** The exit code of a command that followed a run to this status. */
export function exitCodeOfRun(status: RunStatus): number {
  switch (status) {
    case "done":
      return exitCode.done;
    case "waiting":
      return exitCode.waiting;
    case "paused":
      return exitCode.paused;
    case "stopped":
      return exitCode.interrupted;
    case "failed":
    case "running":
      return exitCode.failed;
    default:
      return unreachable(status);
  }
}

/** The exit code of a command that threw. Only a wrong command is told apart: scripts cannot act on the rest. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof Fault)) return exitCode.failed;
  if (error.code === interruptedCode) return exitCode.interrupted;
  return error.kind === "usage" ? exitCode.usage : exitCode.failed;
}

/** The code of the fault for a command that was interrupted before there was a run. */
export const interruptedCode = "cli.interrupted";
