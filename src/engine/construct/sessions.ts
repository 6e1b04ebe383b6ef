import type { AgentDriver, AgentSession, AgentWall, SessionOwner, ToolServer } from "../../drivers/agent.ts";
import type { SpawnSpec } from "./outcome-of.ts";

/** Where the constructs of a run get their agent sessions from. */
export interface Sessions {
  /** A session that works for this owner on the caliber of the spawn, with no turn sent yet. Rejects when none can be had. */
  take(spec: SpawnSpec, owner: SessionOwner): Promise<AgentSession>;
  /** The same, with the memory of an earlier session whose process is gone. Always a process of its own. */
  resume(spec: SpawnSpec, owner: SessionOwner, session: string): Promise<AgentSession>;
}

/**
 * Starts a process for each.
 * @param servers of tools that the agent of a spawn gets: they cannot be given to one that runs
 */
export function coldSessions(
  driver: AgentDriver,
  cwd: string,
  wall: AgentWall | undefined,
  servers: (spec: SpawnSpec) => readonly ToolServer[],
): Sessions {
  const open = (spec: SpawnSpec, owner: SessionOwner, resume?: string): Promise<AgentSession> =>
    driver.open({
      id: spec.id,
      cwd,
      caliber: spec.caliber,
      servers: servers(spec),
      role: { kind: "worker" },
      ...(wall === undefined ? {} : { wall }),
      ...(resume === undefined ? {} : { resume }),
      ...owner,
    });
  return {
    take: (spec, owner) => open(spec, owner),
    resume: open,
  };
}
