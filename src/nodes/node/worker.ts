import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { AgentDriver, AgentSession, AgentWall, SessionOwner } from "../../drivers/agent.ts";
import type { Address } from "../wire/letters.ts";
import { sameNames, type PlaceNames } from "../wire/place-names.ts";
import type { Brought } from "../wire/space.ts";
import { readOpening, type Opening } from "../wire/opening.ts";
import type { Conversations } from "./conversations.ts";
import type { Finder } from "./finding.ts";
import type { NodeLife } from "./life.ts";
import type { ServedSession } from "./served-session.ts";
import type { SessionFiles } from "./session-files.ts";

export interface WorkerParts {
  life: Pick<NodeLife, "boot" | "over" | "mayAct">;
  /** How agents are started on this machine, with its own environment and login. */
  driver: Pick<AgentDriver, "open">;
  talks: Conversations;
  /** Makes ready where a session works. Rejects with the reason where that cannot be had. */
  placeFor: (opening: Opening) => Promise<WorkPlace>;
  /** The files of the run of a session; left out: they do not travel. */
  filesFor?: (opening: Opening, to: Address) => SessionFiles | undefined;
  /** Asks the host whether this life of the node may open a session. Rejects when no answer comes. */
  claim: (to: Address) => Promise<{ isGranted: boolean; why?: string | undefined }>;
  /** Gives an agent that is up already, if there is one that fits. */
  takeWarm?: (opening: Opening, place: WorkPlace, owner: SessionOwner) => Promise<AgentSession | undefined>;
  /** So many sessions at a time. */
  slots: () => number;
}

/** Where a session works on this machine. */
export interface WorkPlace {
  cwd: string;
  wall: AgentWall | undefined;
  find: Finder;
  /** Who comes now would be put behind another wall: the policy has changed. */
  isStale?: () => boolean;
  /** What its paths are called on the wire; left out: as they are. */
  names?: PlaceNames;
  /** Of one that works in a copy of the workspace. */
  copy?: { bring(): Promise<Brought>; leave(mayGo: boolean): void };
  /** Nothing works there any more. */
  release: () => void;
}

/** What became of an opening. `again`: another node, or this one later, may take it; otherwise nobody has to. */
export type Taken = { isTaken: true; closed: Promise<void> } | { isTaken: false; why: string; again: boolean };

/** Opens sessions for a host elsewhere. */
export interface Worker {
  /** Takes an opening, whatever it may be. Never rejects; a refusal that the host can be told is told as that of the session. */
  take(raw: unknown): Promise<Taken>;
  /** Sessions that it has, or is about to open. */
  readonly used: number;
  /** Copies of workspaces whose host may still want what is new in them. */
  readonly copies: number;
}

interface Held {
  to: Address;
  /** Undefined: it is being claimed. */
  session: ServedSession | undefined;
  taken: Promise<Taken>;
}

export function workerOf(parts: WorkerParts): Worker {
  const { life, driver, talks, placeFor, filesFor, claim, takeWarm, slots } = parts;
  const held = new Map<string, Held>();
  const copies = new Set<NonNullable<WorkPlace["copy"]>>();
  /** Those of them in which nothing is at work any more: their host may still want what is new there. */
  const idle = new Set<NonNullable<WorkPlace["copy"]>>();

  /** Why its session cannot be opened here is told as the reason of that. */
  const openIn = async (opening: Opening, owner: SessionOwner, place: WorkPlace): Promise<AgentSession> => {
    const { session: id, caliber, fast, isSpare, resume, wall } = opening;
    if (wall && place.wall === undefined)
      throw refused("it is to run behind a wall, and this node has none; install bubblewrap there");
    const ready = await takeWarm?.(opening, place, owner);
    if (ready !== undefined) return ready;
    return driver.open({
      id,
      cwd: place.cwd,
      run: opening.run,
      caliber,
      fast,
      isSpare,
      role: { kind: "worker" },
      ...(resume === null ? {} : { resume }),
      ...(place.wall === undefined ? {} : { wall: place.wall }),
      ...owner,
    });
  };

  const letGo = (own: Held): void => {
    if (held.get(own.to.session) === own) held.delete(own.to.session);
  };

  const leave = async (own: Held, session: ServedSession, place: Promise<WorkPlace>): Promise<void> => {
    await session.closed;
    letGo(own);
    const ready = await place.catch(() => "there was none");
    if (typeof ready === "string") return;
    ready.release();
    // Its host has given it up, and takes nothing more of it.
    if (life.over.aborted) leaveCopy(ready, false);
    else if (ready.copy !== undefined && copies.has(ready.copy)) idle.add(ready.copy);
  };
  const leaveCopy = ({ copy }: Pick<WorkPlace, "copy">, mayGo: boolean): void => {
    if (copy === undefined || !copies.delete(copy)) return;
    idle.delete(copy);
    copy.leave(mayGo);
  };
  const leaveIdle = (): void => idle.forEach((copy) => leaveCopy({ copy }, false));
  life.over.addEventListener("abort", leaveIdle, { once: true });

  const serve = (own: Held, read: ReturnType<typeof readOpening>): ServedSession => {
    const place: Promise<WorkPlace> = read.isGood ? placeFor(read.opening) : Promise.reject(refused(read.why));
    let ready: WorkPlace | undefined;
    let mayGo = false;
    const files = read.isGood ? filesFor?.(read.opening, own.to) : undefined;
    const session = talks.open(own.to, {
      files,
      open: async (owner) => {
        ready = await place;
        if (ready.copy !== undefined) copies.add(ready.copy);
        if (!read.isGood) throw refused(read.why);
        try {
          await files?.fetch(ready.cwd);
          return await openIn(read.opening, owner, ready);
        } catch (error) {
          // Nothing has worked in one that has just come.
          mayGo = read.opening.space?.thing !== null;
          throw error;
        }
      },
      names: () => ready?.names ?? sameNames,
      copy: {
        bring: async () => {
          const { copy } = await place;
          if (copy === undefined) throw refused("it works in a folder that the host has, too");
          return copy.bring();
        },
        drop: () => {
          mayGo = true;
        },
      },
      onForgotten: () => {
        if (ready !== undefined) leaveCopy(ready, mayGo);
      },
      find: async (call, policy) => (await place).find(call, policy),
      over: life.over,
      mayAct: life.mayAct,
    });
    void leave(own, session, place);
    return session;
  };

  /** Its answer may be lost, and then it is this node's already: nobody else gets it, and its slot here is not for others. */
  const claimed = async (to: Address): ReturnType<WorkerParts["claim"]> => {
    for (let waitMs = claimAgainMs, left = mostClaims - 1; ; waitMs *= 2, left -= 1) {
      try {
        return await claim(to);
      } catch (error) {
        if (left === 0 || !life.mayAct()) throw error;
      }
      await pause(waitMs, life.over);
    }
  };

  const take = async (own: Held, read: ReturnType<typeof readOpening>): Promise<Taken> => {
    const drop = (why: string, again: boolean): Taken => {
      letGo(own);
      return { isTaken: false, why, again };
    };
    try {
      const { isGranted, why = "the host does not want it" } = await claimed(own.to);
      if (!isGranted) return drop(why, false);
    } catch (error) {
      return drop(`the host does not answer: ${messageOf(error)}`, true);
    }
    if (!life.mayAct()) return drop(noLease, true);
    own.session = serve(own, read);
    return { isTaken: true, closed: own.session.closed };
  };

  return {
    async take(raw) {
      const read = readOpening(raw);
      const whose = read.isGood ? read.opening : read.whose;
      if (whose === undefined) return { isTaken: false, why: read.isGood ? "" : read.why, again: false };
      const to: Address = { session: whose.session, epoch: whose.epoch, boot: life.boot };
      if (!life.mayAct()) return { isTaken: false, why: noLease, again: true };
      const before = held.get(to.session);
      // The queue may give it out once more.
      if (before?.to.epoch === to.epoch) return before.taken;
      if (before !== undefined && before.to.epoch > to.epoch)
        return { isTaken: false, why: "there is a newer opening of this session", again: false };
      if (before === undefined && held.size >= slots())
        return { isTaken: false, why: "all slots are taken", again: true };
      const own: Held = { to, session: undefined, taken: Promise.resolve({ isTaken: false, why: "", again: true }) };
      held.set(to.session, own);
      own.taken = (async () => {
        // The host has given the older one up: nothing of it may be left when the session is opened again.
        const report = await before?.session?.stop();
        if (report?.proven === false) {
          held.set(to.session, before ?? own);
          return { isTaken: false, why: "an earlier agent of this session cannot be ended here", again: true };
        }
        return take(own, read);
      })();
      return own.taken;
    },
    get used() {
      return held.size;
    },
    get copies() {
      return copies.size;
    },
  };
}

/** So often a claim is made that nobody answers. */
const mostClaims = 4;
const claimAgainMs = 100;

const noLease = "this node has no lease";

const refused = (why: string): Fault =>
  new Fault("refused", "node.refused", why, { hint: "Run it on another machine." });
