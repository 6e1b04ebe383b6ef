import { sessionGoneCode, type SessionOwner } from "../../drivers/agent.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { changedTask, goOnMessage, onceMore, redirectMessage, taskMessage } from "../../protocol/briefing.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import type { FastSwitch } from "../calibers/fast-governor.ts";
import { nothingCounted, type Counted } from "../meter.ts";
import { inWords, type Letter } from "./mail.ts";
import type { Before, SpawnSpec } from "./outcome-of.ts";
import type { ConstructParts } from "./parts.ts";
import type { EarlierSession } from "./place-wish.ts";
import type { TakenSession } from "./sessions.ts";
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
  /** What it was when it was suspended, if it goes on from there. */
  before?: Before;
  /** Its fast mode, as far as it was decided on. */
  readonly fast: FastSwitch | undefined;
}

export interface Taken extends TakenSession {
  /** What this session had counted before. */
  before: Counted;
  /** It is live, and another construct has worked in it. */
  isInherited?: true;
}

export interface Briefing {
  /** What the construct before it was told to do, in whose place it goes on; undefined: it is nobody's heir. */
  replaced?: string | undefined;
  /** Outcomes of the constructs that it waited for. */
  earlier: Outcome[];
  told: readonly Letter[];
}

/** A session of its own, and the task. */
export function freshBeginning(spec: SpawnSpec, parts: ConstructParts, briefing: Briefing): Beginning {
  const { workspace, runFolder } = parts;
  const { earlier, told, replaced } = briefing;
  const fast = parts.fastGovernor({ id: spec.id, model: spec.caliber.model }, parts.note(spec.id));
  return {
    fast,
    take: async (owner) => ({
      ...(await parts.sessions.take({ ...spec, fast: fast.isOn }, owner)),
      before: nothingCounted,
    }),
    message: () =>
      taskMessage({
        workspace,
        runFolder,
        plugins: parts.plugins.section(spec, parts.outfits.of(spec).canCall),
        profile: parts.outfits.of(spec).text,
        task: replaced === undefined ? spec.task : changedTask(replaced, spec.task),
        earlier,
      }),
    told,
  };
}

/**
 * The session of one that was suspended, taken up again; where it had none yet, its task anew. Where the session cannot be
 * taken up, it begins its task once more in a new one, with what is known of its first try.
 */
export function resumedBeginning(
  spec: SpawnSpec,
  parts: ConstructParts,
  { before, ...briefing }: Briefing & { before: Before },
): Beginning {
  const { session_id: session, cut, written, heard } = before.suspended;
  const fresh = freshBeginning(spec, parts, briefing);
  if (session === null) return { ...fresh, before };
  const own = { ...spec, fast: fresh.fast?.isOn === true };
  const toldBefore = (): string => [fresh.message(), ...heard.map(inWords)].join("\n\n");
  let message = (): string => goOnMessage(before.suspended, toldBefore());
  return {
    ...fresh,
    before,
    message: () => message(),
    async take(owner, ending) {
      const earlier = { id: session, place: before.place };
      const resumed = await resumedSession(own, parts, { owner, earlier });
      if (resumed !== undefined) return resumed;
      if (ending.aborted) throw stopped(spec.id);
      message = () => `${toldBefore()}\n\n${onceMore({ cut, written })}`;
      return { ...(await parts.sessions.take(own, owner)), before: nothingCounted };
    },
  };
}

/**
 * A session with the memory of an earlier one; undefined, and on the record, where the agent cannot take that up. The try costs no
 * turn: the agent says so before it is told anything.
 */
async function resumedSession(
  spec: SpawnSpec & { fast: boolean },
  { sessions, note }: ConstructParts,
  { owner, earlier }: { owner: SessionOwner; earlier: EarlierSession },
): Promise<Taken | undefined> {
  const restart = (error: unknown): undefined => {
    note(spec.id)("construct.restarted", { construct: spec.id, session_id: earlier.id, reason: messageOf(error) });
  };
  let taken: TakenSession;
  try {
    taken = await sessions.resume(spec, owner, earlier);
  } catch (error) {
    if (error instanceof Fault && error.code === sessionGoneCode) return restart(error);
    throw error;
  }
  try {
    await taken.session.answers();
    return { ...taken, before: nothingCounted };
  } catch (error) {
    await taken.session.stop("hard");
    return restart(error);
  }
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
  const fresh = (): string =>
    taskMessage({
      workspace,
      runFolder,
      plugins: parts.plugins.section(spec, parts.outfits.of(spec).canCall),
      profile: parts.outfits.of(spec).text,
      task: changedTask(task, spec.task),
      earlier: [],
    });
  let message = fresh;
  let fast: FastSwitch | undefined;
  /** For a process of its own; a live session stays as it was. */
  const own = (): SpawnSpec & { fast: boolean } => {
    fast = parts.fastGovernor({ id: spec.id, model: spec.caliber.model }, parts.note(spec.id));
    return { ...spec, fast: fast.isOn };
  };
  return {
    told,
    message: () => message(),
    get fast() {
      return fast;
    },
    async take(owner, ending) {
      const { session, isBriefed, sessionId, place, counted } = await estate;
      if (session !== undefined) {
        session.handTo(owner);
        if (isBriefed) message = () => redirectMessage(spec.task, false);
        return { session, isWarm: true, before: counted, isInherited: true };
      }
      if (ending.aborted) throw stopped(spec.id);
      if (!isBriefed || sessionId === null) return { ...(await sessions.take(own(), owner)), before: nothingCounted };
      const resumed = await resumedSession(own(), parts, { owner, earlier: { id: sessionId, place } });
      if (resumed === undefined) return { ...(await sessions.take(own(), owner)), before: nothingCounted };
      message = () => redirectMessage(spec.task, true);
      return resumed;
    },
  };
}

const stopped = (id: string): Fault =>
  new Fault("refused", "construct.ending", `${id} was stopped before it began`, {
    hint: "Start it again if it is wanted.",
  });
