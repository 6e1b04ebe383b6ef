import type { Clock } from "../../base/clock.ts";
import type { AgentDriver, AgentSession, SessionOwner } from "../../drivers/agent.ts";
import { Pool, type PoolParts } from "../../engine/pool/pool.ts";
import type { NodeEvent } from "../../protocol/node.ts";
import type { Opening } from "../wire/opening.ts";
import { noteSpares } from "./warm-news.ts";
import { planWarm } from "./warm-plan.ts";
import type { WorkPlace } from "./worker.ts";

export interface WarmParts {
  driver: Pick<AgentDriver, "open">;
  /** Makes ready where spares wait, as for the sessions that they are for. */
  placeFor: (opening: Opening) => Promise<WorkPlace>;
  /** So many are to be ready; may change at any time. */
  size: () => number;
  /** Sessions that could come and would find a slot. */
  room: () => number;
  /** The host has this run no more. */
  isOver: (run: string) => boolean;
  memory: PoolParts["memory"];
  clock: Clock;
  tell: (event: NodeEvent) => void;
  /** How many are ready may be otherwise now. */
  onChange: () => void;
}

/**
 * Agents of a node that are up before their session is known. An agent is bound to the folder that it works in and to the wall that stands
 * around it, which is a run's: so the first session in a place is opened as ever, and those after it find a spare.
 * A copy of a workspace is one session's alone, so nothing is kept ready for those.
 */
export interface WarmAgents {
  readonly ready: number;
  /** A spare that is the owner's from now on; undefined: there is none that fits. From then on some are kept in that place. */
  take(opening: Opening, place: WorkPlace, owner: SessionOwner): Promise<AgentSession | undefined>;
  /** Starts and ends spares as it is wanted now. Call it after a change. */
  keepUp(): void;
  /** Ends all of them for good, and says whether it is proven that they are gone. */
  close(): Promise<{ proven: boolean }>;
}

/** A place in which sessions were opened. */
interface Stand {
  /** What opens a session there. */
  opening: Opening;
  /** When a session was wanted there for the first time, and for the last time. */
  since: number;
  wantedAt: number;
  settings: { pool: number; caliber: Opening["caliber"] };
  kept: Kept | undefined;
  isUnfit: boolean;
}

/** The spares that wait in a place; undefined as long as that is made ready. */
interface Kept {
  pool?: Pool;
  place?: WorkPlace;
  made: Promise<void>;
}

/** One at a time: whoever is at work needs the processor more. */
const startsAtOnce = 1;

/** The first agent in a place comes up before a spare does, milliseconds. */
const lullMs = 1000;

export function warmAgents(parts: WarmParts): WarmAgents {
  const { driver, placeFor, size, room, isOver, memory, clock, tell, onChange } = parts;
  const stands = new Map<string, Stand>();
  /** Spares that are being ended. */
  const ends = new Set<Promise<void>>();
  let look: Disposable | undefined;
  let isClosed = false;
  let isProven = true;
  const note = noteSpares(tell, () => {
    isProven = false;
  });
  const changed = (): void => {
    keepUp();
    onChange();
  };

  const make = async (key: string, stand: Stand, kept: Kept): Promise<void> => {
    const { opening, settings } = stand;
    const place = await placeFor(opening).catch(() => undefined);
    // Who comes next comes to another place, such as when the policy has changed meanwhile.
    if (place === undefined || isClosed || keyOf(opening, place) !== key) {
      place?.release();
      stand.isUnfit = true;
      return;
    }
    const { cwd, wall } = place;
    const { run } = opening;
    kept.place = place;
    kept.pool = new Pool({ place: { driver, cwd, wall, run }, clock, note, settings, memory, onChange: changed });
    kept.pool.open();
    setImmediate(changed);
  };
  const keep = (key: string, stand: Stand): void => {
    const kept: Kept = { made: Promise.resolve() };
    stand.kept = kept;
    kept.made = make(key, stand, kept);
  };
  /** Ends what waits there; the place stays for as long as anything of it does. */
  const shut = (stand: Stand): void => {
    const { kept } = stand;
    stand.kept = undefined;
    if (kept === undefined) return;
    const end = (async () => {
      await kept.made;
      await kept.pool?.close();
      kept.place?.release();
    })();
    ends.add(end);
    void end.then(() => ends.delete(end)).then(onChange);
  };

  const keepUp = (): void => {
    if (isClosed) return;
    look?.[Symbol.dispose]();
    const now = clock.monotonic();
    for (const stand of stands.values())
      stand.isUnfit ||= isOver(stand.opening.run.id) || stand.kept?.place?.isStale?.() === true;
    const all = Array.from(stands, ([key, stand]) => ({ ...stand, key, isKept: stand.kept !== undefined }));
    const { shares, forget, lookIn } = planWarm(all, size(), now);
    const looks = lookIn === undefined ? [] : [lookIn];
    for (const [key, stand] of stands) {
      stand.settings.pool = shares.get(key) ?? 0;
      const lull = stand.since + lullMs - now;
      if (stand.settings.pool === 0) shut(stand);
      else if (stand.kept === undefined && lull > 0) looks.push(lull);
      else if (stand.kept === undefined) keep(key, stand);
      stand.kept?.pool?.keepUp({ starts: startsAtOnce, useful: room() });
    }
    for (const key of forget) stands.delete(key);
    look = looks.length === 0 ? undefined : clock.after(Math.min(...looks), keepUp);
  };

  return {
    get ready() {
      let sum = 0;
      for (const { kept } of stands.values()) sum += kept?.pool?.ready ?? 0;
      return sum;
    },
    async take(opening, place, owner) {
      if (isClosed || size() === 0 || opening.resume !== null || opening.isSpare) return undefined;
      // Nobody else will ever work there.
      if (place.copy !== undefined) return undefined;
      const { session: id, caliber, fast } = opening;
      const now = clock.monotonic();
      const key = keyOf(opening, place);
      const settings = { pool: 0, caliber };
      const stand = stands.get(key) ?? {
        opening,
        since: now,
        wantedAt: now,
        settings,
        kept: undefined,
        isUnfit: false,
      };
      stands.set(key, stand);
      stand.wantedAt = now;
      stand.settings.caliber = caliber;
      const taken = await stand.kept?.pool?.takeSpare({ id, caliber, fast }, owner);
      setImmediate(changed);
      return taken !== undefined && "session" in taken ? taken.session : undefined;
    },
    keepUp,
    async close() {
      isClosed = true;
      look?.[Symbol.dispose]();
      for (const stand of stands.values()) shut(stand);
      stands.clear();
      await Promise.all(ends);
      return { proven: isProven };
    },
  };
}

/** What a spare is bound to: the run, for its wall; the folder; and whether it is behind a wall, and which. */
const keyOf = ({ run, cwd }: Opening, { wall, cwd: here }: WorkPlace): string =>
  JSON.stringify([run.id, cwd, here, wall?.agent ?? ""]);
