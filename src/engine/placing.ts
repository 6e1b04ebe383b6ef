import type { PlaceWish } from "../drivers/agent.ts";
import { herePool, showAsk, type PoolLine } from "../protocol/place.ts";
import { isHereEnough, placeWish, type EarlierSession } from "./construct/place-wish.ts";
import type { SpawnSpec } from "./construct/outcome-of.ts";
import type { Note } from "./journal.ts";

/** The places on which the constructs of a run may run. Of a place, the engine knows no more than its name. */
export interface Places {
  /**
   * A look at the room that there is now. Each answer `true` takes room in this look, so that many can be asked one after the other;
   * whoever got one is opened at the driver before the next look. Otherwise: why it has to wait, in words.
   */
  draw(): (wish: PlaceWish) => true | string;
  /** Hears when there may be room for what had none. */
  onChange(listener: () => void): Disposable;
  /** The pools that are there now, without this machine, and what can be asked of each. */
  list?(): readonly PoolLine[];
}

export interface PlacingParts {
  /** Undefined: there is this machine alone. */
  places: Places | undefined;
  /** The session in which one that is queued goes on; undefined: it begins a new one. */
  earlier: (spec: SpawnSpec) => EarlierSession | undefined;
  /** Why one can run on this machine alone; undefined: it can run elsewhere. */
  staysHere: (spec: SpawnSpec) => string | undefined;
  note: Note;
}

/** What a fleet asks about places. */
export interface Placing {
  /** Whether an agent that is kept ready on this machine will do for it. */
  mayBeWarm: (spec: SpawnSpec) => boolean;
  /** Whether this machine has room for an agent that is kept ready. */
  hasRoomHere: () => boolean;
  /** For one pass over the queue: whether there is a place for one, or why not. */
  draw: () => (spec: SpawnSpec) => true | string;
  /** Puts on the record why these wait, as far as that is not on it. */
  tell: (unplaced: readonly { id: string; why: string }[]) => void;
}

export function placingOf({ places, earlier, staysHere, note }: PlacingParts): Placing {
  const told = new Map<string, string>();
  const wishOf = (spec: SpawnSpec): PlaceWish | string => {
    const bound = staysHere(spec);
    if (bound === undefined) return placeWish(spec.on, earlier(spec));
    if (isHereEnough(spec.on)) return { pool: herePool };
    return `it is to run on ${showAsk(spec.on ?? {})}, and can run on this machine alone: ${bound}`;
  };
  return {
    mayBeWarm: (spec) => isHereEnough(spec.on) && (places === undefined || earlier(spec) === undefined),
    hasRoomHere: () => places === undefined || places.draw()({ pool: herePool }) === true,
    draw() {
      const ask = places?.draw() ?? hereAlone;
      // Room only gets less during one look: what had none has none.
      const refused = new Map<string, string>();
      return (spec) => {
        const wish = wishOf(spec);
        if (typeof wish === "string") return wish;
        const key = JSON.stringify(wish);
        const answer = refused.get(key) ?? ask(wish);
        if (answer !== true) refused.set(key, answer);
        return answer;
      };
    },
    tell(unplaced) {
      for (const { id, why } of unplaced) {
        if (told.get(id) === why) continue;
        told.set(id, why);
        note("construct.unplaced", { construct: id, why });
      }
    },
  };
}

const hereAlone = ({ pool, labels = [] }: PlaceWish): true | string => {
  const ask = { ...(pool === undefined ? {} : { pool }), labels: [...labels] };
  return isHereEnough(ask) ? true : `it is to run on ${showAsk(ask)}, and this deck has no other machine than its own`;
};
