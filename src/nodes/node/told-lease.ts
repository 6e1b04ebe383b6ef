import { leaseTimes, type LeaseTimes } from "../lease.ts";
import type { ToldLease } from "../wire/questions.ts";

/** The times of the lease in one life of a node. */
export interface LifeTimes {
  /** As they are now: those that the node begins with, until the host has told its own. */
  readonly times: LeaseTimes;
  /**
   * The host has told its times; undefined: it tells none. False when it has told others in this life: what was granted by those may last
   * longer here than it does there, so this life must not go on.
   */
  hear(told: ToldLease | undefined): boolean;
}

/** Has a life of a node count by what its host has told, so that host and nodes cannot have two opinions of how long a silence may last. */
export function lifeTimes(first: LeaseTimes): LifeTimes {
  let told: ToldLease | undefined;
  let now = first;
  let isTold = false;
  return {
    times: {
      get nodeMs() {
        return now.nodeMs;
      },
      get hostMs() {
        return now.hostMs;
      },
      get endMs() {
        return now.endMs;
      },
      get renewMs() {
        return now.renewMs;
      },
    },
    hear(next) {
      if (isTold) return next?.ms === told?.ms && next?.endMs === told?.endMs;
      isTold = true;
      told = next;
      if (next !== undefined) now = leaseTimes(next.ms, undefined, next.endMs);
      return true;
    },
  };
}
