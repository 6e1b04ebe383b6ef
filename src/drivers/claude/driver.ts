import type { AgentDriver } from "../agent.ts";
import { systemTable } from "../../process/table.ts";
import type { Environment } from "./environment.ts";
import { openSession } from "./session.ts";

/** Claude Code through its Agent SDK. The executable and the environment are decided once, for all sessions. */
export function claudeDriver(settings: { executable: string; env: Environment }): AgentDriver {
  const around = { ...settings, table: systemTable() };
  return {
    name: "claude",
    can: { interrupt: true, resume: true, structuredOutput: true },
    open: (spec) => openSession(spec, around),
  };
}
