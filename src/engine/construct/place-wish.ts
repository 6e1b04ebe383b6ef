import type { PlaceWish } from "../../drivers/agent.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import { herePool, type PlaceAsk } from "../../protocol/place.ts";
import type { Before, SpawnSpec } from "./outcome-of.ts";

/** A session whose process is gone. */
export interface EarlierSession {
  /** The agent's own id of it. */
  id: string;
  /** The name of the place that it is on; null: this machine. */
  place: string | null;
}

/** What is known of those from which one that waits in the queue may take its session over. */
export interface Lineage {
  /** What one was when it was suspended, if it was. */
  before: (id: string) => Before | undefined;
  outcomeOf: (id: string) => Outcome | undefined;
  /** The place that one was on last; null: this machine. */
  placeOf: (id: string) => string | null;
}

/** How the one has ended in whose session it goes on. */
export const parentOf = ({ origin, parent }: SpawnSpec, { outcomeOf }: Pick<Lineage, "outcomeOf">) =>
  origin === "redirect" ? outcomeOf(parent ?? "") : undefined;

/** Tells the session in which one goes on: its own, or that of the one before it; undefined: it begins a new one. */
export const earlierIn =
  (lineage: Lineage) =>
  (spec: SpawnSpec): EarlierSession | undefined => {
    const { suspended, place = null } = lineage.before(spec.id) ?? {};
    if (suspended !== undefined && suspended.session_id !== null) return { id: suspended.session_id, place };
    const id = parentOf(spec, lineage)?.session_id ?? null;
    return id === null ? undefined : { id, place: lineage.placeOf(spec.parent ?? "") };
  };

/** What a driver is told of where a session is to run. A session that is continued goes on where it is. */
export function placeWish({ pool, labels }: PlaceAsk = {}, earlier?: EarlierSession): PlaceWish {
  if (earlier?.place === null) return { pool: herePool };
  return {
    ...(pool === undefined ? {} : { pool }),
    ...(labels === undefined || labels.length === 0 ? {} : { labels }),
    ...(earlier === undefined ? {} : { before: earlier.place }),
  };
}

/** Whether one for which this is asked may run on this machine. */
export const isHereEnough = ({ pool, labels = [] }: PlaceAsk = {}): boolean =>
  (pool === undefined || pool === herePool) && labels.length === 0;
