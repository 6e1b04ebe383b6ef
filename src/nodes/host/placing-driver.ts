import { pause, type Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import {
  lostCode,
  sessionGoneCode,
  type AgentDriver,
  type AgentSession,
  type SessionSpec,
} from "../../drivers/agent.ts";
import type { Party } from "../hub/subjects.ts";
import { staysHere } from "../wire/opening.ts";
import { herePool } from "./placement.ts";
import type { Places, Sharing } from "./places.ts";
import { notTakenCode } from "./remote-driver.ts";
import { refusedCode } from "./session-faults.ts";

export interface PlacingParts {
  here: AgentDriver;
  /** Opens it on this node, once. */
  openOn: (node: Party, spec: SessionSpec) => Promise<AgentSession>;
  places: Places;
  /** A node lacks something for a session that was to be opened on it: another place is tried. */
  onRefused: (node: Party, session: string, why: string) => void;
  /** How the run of a session shares its constructs out, now. */
  sharing: (run: string) => Sharing;
  clock: Clock;
  /** Settles with the next change of where there is room. */
  changed: () => Promise<void>;
  /** How long an opening waits for room, milliseconds: the queue before it has asked already. */
  roomMs: number;
  /** Aborts when nothing is opened any more. */
  over: AbortSignal;
}

/** So many places are tried for one opening. */
const mostTries = 3;

/** Decides for each session where it is opened, and opens it there. */
export function placingDriver(parts: PlacingParts): AgentDriver {
  const { here, openOn, places, onRefused, sharing, clock, changed, roomMs, over } = parts;
  /** The node on which each session was last, as far as nobody tells. */
  const last = new Map<string, Party>();

  const openHere = async (spec: SessionSpec): Promise<AgentSession> => {
    const { id } = spec;
    if (spec.isSpare !== true) places.takeHere(id);
    const session = await letGoOnFault(() => here.open(spec), id);
    leaveAtEnd(session, id);
    // A spare takes a place when a construct takes it.
    return spec.isSpare === true ? whenHanded(session, () => places.takeHere(id)) : session;
  };
  const letGoOnFault = async (open: () => Promise<AgentSession>, id: string): Promise<AgentSession> => {
    try {
      return await open();
    } catch (error) {
      places.leave(id);
      throw error;
    }
  };
  const leaveAtEnd = (session: AgentSession, id: string): void => {
    void session.closed.then(() => places.leave(id));
  };
  const takePlace = async (spec: SessionSpec, wish: Parameters<Places["take"]>[1]): Promise<Party | undefined> => {
    const until = clock.monotonic() + roomMs;
    for (;;) {
      const next = changed();
      const found = places.take(spec.id, wish, sharing(spec.run?.id ?? ""));
      if (found.isPlaced) return found.node;
      const left = until - clock.monotonic();
      if (left <= 0 || over.aborted) throw noRoom(found.why);
      const enough = new AbortController();
      await Promise.race([next, pause(left, AbortSignal.any([over, enough.signal]))]);
      enough.abort();
    }
  };
  const openAnywhere = async (spec: SessionSpec, before: Party | undefined): Promise<AgentSession> => {
    let avoid = new Set<Party>();
    const refusals = new Map<Party, string>();
    const until = clock.monotonic() + roomMs;
    for (let left = mostTries - 1; ;) {
      const wish = { ...spec.place, before, wall: spec.wall !== undefined, avoid };
      if (refusals.size > 0 && !places.couldTake(wish, sharing(spec.run?.id ?? ""))) throw allRefused(refusals);
      const node = await takePlace(spec, wish).catch((error: unknown) => {
        throw refusals.size > 0 ? allRefused(refusals) : error;
      });
      if (spec.resume !== undefined && node !== before) {
        places.leave(spec.id);
        throw sessionGone(before);
      }
      if (node === undefined) return openHere(spec);
      try {
        const session = await letGoOnFault(() => openOn(node, spec), spec.id);
        leaveAtEnd(session, spec.id);
        last.delete(spec.id);
        last.set(spec.id, node);
        const [oldest] = last.keys();
        if (last.size > mostRemembered && oldest !== undefined) last.delete(oldest);
        return session;
      } catch (error) {
        if (over.aborted || !mayGoElsewhere(error)) throw error;
        if (maySoonGoWell(error) && clock.monotonic() < until) {
          // All in turn: it may be the way to this one alone. A session goes on where it was.
          if (spec.resume === undefined) avoid.add(node);
          if (!places.couldTake({ ...wish, avoid }, sharing(spec.run?.id ?? ""))) avoid = new Set(refusals.keys());
          await pause(againMs, over);
          continue;
        }
        if (isRefusal(error)) {
          refusals.set(node, String(error.facts["why"]));
          onRefused(node, spec.id, String(error.facts["why"]));
        }
        if (left === 0) throw isRefusal(error) ? allRefused(refusals) : error;
        left -= 1;
        avoid.add(node);
      }
    }
  };

  return {
    name: here.name,
    can: here.can,
    models: (asked) => here.models(asked),
    open(spec) {
      if (spec.role.kind !== "worker" || spec.run === undefined) return here.open(spec);
      const why = staysHere(spec);
      if (why !== undefined) return wantsElsewhere(spec) ? Promise.reject(mustBeHere(why)) : openHere(spec);
      const before = spec.place?.before ?? last.get(spec.id);
      // Its memory is here, so here it goes on, whatever else is at work.
      if (spec.isSpare === true || (spec.resume !== undefined && before === undefined)) return openHere(spec);
      return openAnywhere(spec, before);
    },
  };
}

/** For so many sessions is it remembered on which node they were. */
const mostRemembered = 10_000;

const isRefusal = (error: unknown): error is Fault & { code: typeof refusedCode } =>
  error instanceof Fault && error.code === refusedCode;

/** The node refused it, was lost, did not take it, or could not be reached: nothing has run there that counts. */
const mayGoElsewhere = (error: unknown): error is Fault =>
  error instanceof Fault &&
  (isRefusal(error) ||
    error.code === lostCode ||
    error.code === notTakenCode ||
    (error.kind === "setup" && error.code.startsWith("hub.")));

/** Of a hub that was away for a moment, or has lost what was in it. */
const passing: ReadonlySet<unknown> = new Set(
  ["down", "no_answer", "nobody", "unreachable", "lost", "no_thing", "thing_incomplete"].map((code) => `hub.${code}`),
);
const maySoonGoWell = (error: Fault): boolean => passing.has(isRefusal(error) ? error.facts["code"] : error.code);

/** Before it is tried again what may soon go well, milliseconds. */
const againMs = 500;

const wantsElsewhere = ({ place: { pool = herePool, labels = [] } = {} }: SessionSpec): boolean =>
  pool !== herePool || labels.length > 0;

const whenHanded = (session: AgentSession, taken: () => void): AgentSession => ({
  ...session,
  get unread() {
    return session.unread;
  },
  handTo(owner) {
    taken();
    session.handTo(owner);
  },
});

const mustBeHere = (why: string): Fault =>
  new Fault("refused", "nodes.must_be_here", `It is to run on a node, but has to be opened here: ${why}.`, {
    hint: "Leave its pool and labels out.",
  });

const allRefused = (refusals: ReadonlyMap<Party, string>): Fault => {
  const told = [...refusals].map(([node, why]) => `${node}: ${why}`).join("; ");
  return new Fault("refused", refusedCode, `No place has taken the session (${told})`, {
    facts: { refusals: Object.fromEntries(refusals) },
    hint: "Mend that on these nodes, or give it another place: a pool, labels, or this machine (pool here).",
  });
};

const noRoom = (why: string): Fault =>
  new Fault("setup", "nodes.no_room", `There is no place for the session: ${why}.`, {
    hint: "See which nodes are up and what they have: cyberdeck nodes",
  });

const sessionGone = (node: Party = ""): Fault =>
  new Fault("agent", sessionGoneCode, `The session was on ${node}, which is gone or takes no more.`, {
    hint: "Its task begins anew.",
  });
