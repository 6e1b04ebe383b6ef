import type { AgentDriver, AgentSession, AgentWall, SessionOwner } from "../../drivers/agent.ts";
import type { SpawnSpec } from "./outcome-of.ts";

/** Where the constructs of a run get their agent sessions from. */
export interface Sessions {
  /** A session that works for this owner on the caliber of the spawn, with no turn sent yet. Rejects when none can be had. */
  take(spec: SpawnSpec, owner: SessionOwner): Promise<AgentSession>;
}

/** Starts a process for each. */
export function coldSessions(driver: AgentDriver, cwd: string, wall: AgentWall | undefined): Sessions {
  return {
    take: ({ id, caliber, resume }, owner) =>
      driver.open({
        id,
        cwd,
        caliber,
        role: { kind: "worker" },
        ...(wall === undefined ? {} : { wall }),
        ...(resume === undefined ? {} : { resume }),
        ...owner,
      }),
  };
}
