import type { AgentDriver, AgentSession, AgentWall, SessionOwner } from "../../drivers/agent.ts";
import type { SpawnSpec } from "./outcome-of.ts";

/** What a session is wanted for. */
export interface SessionWish extends SpawnSpec {
  /** In the provider's fast mode. */
  fast: boolean;
}

/** Where the constructs of a run get their agent sessions from. */
export interface Sessions {
  /** A session that works for this owner on the caliber of the spawn, with no turn sent yet. Rejects when none can be had. */
  take(spec: SessionWish, owner: SessionOwner): Promise<AgentSession>;
}

/** Starts a process for each. */
export function coldSessions(driver: AgentDriver, cwd: string, wall: AgentWall | undefined): Sessions {
  return {
    take: ({ id, caliber, fast }, owner) =>
      driver.open({
        id,
        cwd,
        caliber,
        fast,
        role: { kind: "worker" },
        ...(wall === undefined ? {} : { wall }),
        ...owner,
      }),
  };
}
