import type { SessionOwner } from "../../drivers/agent.ts";
import { Fault } from "../../base/fault.ts";
import { changedTask, redirectMessage, taskMessage } from "../../protocol/briefing.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import type { Letter } from "./mail.ts";
import type { SpawnSpec } from "./outcome-of.ts";
import type { ConstructParts } from "./parts.ts";
import type { TakenSession } from "./sessions.ts";
import { nothingSpent, type Spent } from "./tally.ts";
import type { Estate } from "./yielding.ts";

/** How a construct comes by its session, and what it is told first. */
export interface Beginning {
  /**
   * A session that works for this owner from now on. Rejects when none can be had.
   * @param ending aborts when the construct is not to begin any more
   */
  take(owner: SessionOwner, ending: AbortSignal): Promise<Taken>;
  /** Asked once it has its session. */
  message(): string;
  /** What it was told while it was queued. */
  told: readonly Letter[];
}

export interface Taken extends TakenSession {
  /** What this session had cost before. */
  before: Spent;
}

export interface Briefing {
  /** Outcomes of the constructs that it waited for. */
  earlier: Outcome[];
  told: readonly Letter[];
}

/** A session of its own, and the task. */
export function freshBeginning(spec: SpawnSpec, parts: ConstructParts, { earlier, told }: Briefing): Beginning {
  const { workspace, runFolder } = parts;
  return {
    take: async (owner) => ({ ...(await parts.sessions.take(spec, owner)), before: nothingSpent }),
    message: () => taskMessage({ workspace, runFolder, task: spec.task, earlier }),
    told,
  };
}

export interface Inheritance {
  /** What the construct before was told to do. */
  task: string;
  estate: Promise<Estate>;
  told: readonly Letter[];
}

/** The session of a construct that was stopped for this one: live, or taken up again with its memory, or else a new one. */
export function heirBeginning(spec: SpawnSpec, parts: ConstructParts, { task, estate, told }: Inheritance): Beginning {
  const { workspace, runFolder, sessions } = parts;
  const fresh = (): string => taskMessage({ workspace, runFolder, task: changedTask(task, spec.task), earlier: [] });
  let message = fresh;
  return {
    told,
    message: () => message(),
    async take(owner, ending) {
      const { session, isBriefed, sessionId, spent } = await estate;
      if (session !== undefined) {
        session.handTo(owner);
        if (isBriefed) message = () => redirectMessage(spec.task, false);
        return { session, isWarm: true, before: spent };
      }
      if (ending.aborted) throw stopped(spec.id);
      if (!isBriefed || sessionId === null) return { ...(await sessions.take(spec, owner)), before: nothingSpent };
      message = () => redirectMessage(spec.task, true);
      return { ...(await sessions.resume(spec, owner, sessionId)), before: nothingSpent };
    },
  };
}

const stopped = (id: string): Fault =>
  new Fault("refused", "construct.ending", `${id} was stopped before it began`, {
    hint: "Start it again if it is wanted.",
  });
