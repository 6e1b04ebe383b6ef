import type { AgentSession, SessionOwner } from "../../drivers/agent.ts";
import { messageOf } from "../../base/fault.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import { herePool } from "../../protocol/place.ts";
import { workerSpec, type WorkerPlace } from "../construct/sessions.ts";
import { inTime } from "./in-time.ts";

/** How long an agent may take to come up, milliseconds: a busy machine takes seconds. */
const mostStart = 60_000;

/** How long one that is up may take to answer, milliseconds: some ten, and seconds on a machine that is overloaded. */
export const usualAnswerMs = 10_000;

/** An agent that is started and initialised, and has no task yet. */
export interface Spare {
  readonly id: string;
  /** When its start began, on the clock's monotonic scale. */
  readonly since: number;
  isReady: boolean;
  /** Its process, once there is one; undefined when it could not be started. */
  readonly session: Promise<AgentSession | undefined>;
  /** Settles when it can be taken; rejects when it does not come up. */
  readonly up: Promise<AgentSession>;
}

/** Starts one. Nothing of it is allowed to run before it has an owner. */
export function openSpare(id: string, since: number, caliber: Caliber, place: WorkerPlace): Spare {
  const opening = place.driver.open({
    ...workerSpec({ id, caliber }, place, nobody),
    isSpare: true,
    place: { pool: herePool },
  });
  return {
    id,
    since,
    isReady: false,
    session: opening.catch(() => undefined),
    up: answering(opening, mostStart),
  };
}

/** What stands in the way of an agent that is up, and should answer; undefined when nothing does. */
export const silenceOf = (session: AgentSession, ms: number): Promise<string | undefined> =>
  problemOf(inTime(session.answers(), ms));

/** What stands in the way of running its next turn on this caliber; undefined when it does. */
export const aimProblem = (
  session: AgentSession,
  { caliber, fast = false }: { caliber: Caliber; fast?: boolean },
  ms: number,
): Promise<string | undefined> => problemOf(inTime(session.aim(caliber, { fast }), ms));

async function answering(opening: Promise<AgentSession>, ms: number): Promise<AgentSession> {
  const session = await opening;
  await inTime(session.answers(), ms);
  return session;
}

async function problemOf(answer: Promise<void>): Promise<string | undefined> {
  try {
    await answer;
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

const nobody: SessionOwner = {
  gate: () => Promise.resolve({ decision: "deny", rule: "pool.no_task", reason: "This agent has no task." }),
};
