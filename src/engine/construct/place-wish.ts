import type { PlaceWish } from "../../drivers/agent.ts";
import { herePool, type PlaceAsk } from "../../protocol/place.ts";

/** A session whose process is gone. */
export interface EarlierSession {
  /** The agent's own id of it. */
  id: string;
  /** The name of the place that it is on; null: this machine. */
  place: string | null;
}

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
