import { Fault } from "../base/fault.ts";
import type { AgentDriver } from "../drivers/agent.ts";
import type { CanaryResult } from "../engine/gate/canary.ts";

/** An agent that was replaced under the node must keep to the gate as well, before it gets anything to do. */
export const tried = (
  driver: Pick<AgentDriver, "open">,
  canary: (signal: AbortSignal) => Promise<CanaryResult>,
): Pick<AgentDriver, "open"> => ({
  async open(spec) {
    const result = await canary(AbortSignal.timeout(mostTrialMs));
    if (!result.passed)
      throw new Fault("agent", "agent.canary", `the agent of this node does not keep to the gate: ${result.problem}`, {
        hint: "Install a version of Claude Code that this deck was tried with.",
      });
    return driver.open(spec);
  },
});

const mostTrialMs = 45_000;
