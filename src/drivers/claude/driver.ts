import type { AgentDriver } from "../agent.ts";
import type { Guardian } from "../../process/guardian.ts";
import { systemTable } from "../../process/table.ts";
import type { Environment } from "./environment.ts";
import { askModels } from "./ask-models.ts";
import { openSession } from "./session.ts";

export interface ClaudeSettings {
  executable: string;
  env: Environment;
  /** How long the gate may take for one verdict; a call without one by then does not run. */
  gateSeconds?: number;
  /** Ends the agents should the deck itself die. */
  guardian?: Guardian;
  /** Part of the mark of each agent, where others on this machine may have agents of the same ids. */
  place?: string;
}

/** A held call waits for the netrunner as long as its window says; a gate that hangs is found by the idle limit. */
const usualGateSeconds = 24 * 60 * 60;

/** Claude Code through its Agent SDK. The executable and the environment are decided once, for all sessions. */
export function claudeDriver(settings: ClaudeSettings): AgentDriver {
  const { executable, env, gateSeconds = usualGateSeconds } = settings;
  const { guardian, place } = settings;
  const around = { executable, env, gateSeconds, table: systemTable(), guardian, place };
  return {
    name: "claude",
    can: { interrupt: true, resume: true, structuredOutput: true },
    open: (spec) => openSession(spec, around),
    models: ({ cwd, signal }) => askModels(around, cwd, signal),
  };
}
