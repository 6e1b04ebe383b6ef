import type {
  AgentDriver,
  AgentSession,
  AgentWall,
  SessionOwner,
  SessionSpec,
  ToolServer,
} from "../../drivers/agent.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { SpawnSpec } from "./outcome-of.ts";
import { placeWish, type EarlierSession } from "./place-wish.ts";

/** Where the constructs of a run get their agent sessions from. */
export interface Sessions {
  /** A session that works for this owner on the caliber of the spawn, with no turn sent yet. Rejects when none can be had. */
  take(spec: SpawnSpec, owner: SessionOwner): Promise<TakenSession>;
  /** The same, with the memory of an earlier session whose process is gone. Always a process of its own. */
  resume(spec: SpawnSpec, owner: SessionOwner, session: EarlierSession): Promise<TakenSession>;
}

export interface TakenSession {
  session: AgentSession;
  /** Its agent was up already. */
  isWarm: boolean;
}

/** What the agents of a run's constructs have in common. */
export interface WorkerPlace {
  driver: Pick<AgentDriver, "open">;
  cwd: string;
  wall: AgentWall | undefined;
  run?: { id: string; folder: string };
  /** Servers of tools that the agent of a spawn gets: they cannot be given to one that is up already. */
  servers?: (spec: SpawnSpec) => readonly ToolServer[];
}

/** Starts a process for each. */
export function coldSessions(place: WorkerPlace): Sessions {
  const open = async (spec: SpawnSpec, owner: SessionOwner, earlier?: EarlierSession): Promise<TakenSession> => {
    const session = await place.driver.open({
      ...workerSpec(spec, place, owner),
      servers: place.servers?.(spec) ?? [],
      ...(earlier === undefined ? {} : { resume: earlier.id }),
      place: placeWish(spec.on, earlier),
    });
    return { session, isWarm: false };
  };
  return {
    take: (spec, owner) => open(spec, owner),
    resume: open,
  };
}

/** How the agent of a construct is opened: the same for one that has its task already and for one that waits for it. */
export const workerSpec = (
  { id, caliber, fast = false }: { id: string; caliber: Caliber; fast?: boolean },
  { cwd, wall, run }: WorkerPlace,
  owner: SessionOwner,
): SessionSpec => ({
  id,
  cwd,
  caliber,
  fast,
  role: { kind: "worker" },
  ...(wall === undefined ? {} : { wall }),
  ...(run === undefined ? {} : { run }),
  ...owner,
});
