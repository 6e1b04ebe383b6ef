import { givenUp, type GivenUp } from "./given-up.ts";

/**
 * How long a host and a node count on each other without a word. Pure; times are milliseconds of each one's own monotonic clock.
 *
 * The node renews; the host answers. The node counts from when it has asked, the host from when it has answered, which is later, and by a
 * margin longer: so when the host gives a node up, that has given itself up before. Clocks may run differently by `drift`.
 */
export interface LeaseTimes {
  /** How long the node may act after it has last asked for a renewal that was granted. */
  nodeMs: number;
  /** How long the host waits after it has last granted one. */
  hostMs: number;
  /** How much of that a node has to end what it has at work. */
  endMs: number;
  /** How often the node asks. */
  renewMs: number;
}

/**
 * @param ms how long a silence may last before a node's work is given away
 * @param endMs how much of that a node has to end what it has at work, so that nothing of it runs beside what comes after it
 */
export function leaseTimes(ms: number, drift = 0.05, endMs = 0): LeaseTimes {
  const nodeMs = Math.max(1, Math.floor(((ms - endMs) * (1 - drift)) / (1 + drift)));
  return { nodeMs, hostMs: ms, endMs, renewMs: Math.max(1, Math.floor(nodeMs / 4)) };
}

/**
 * By what all of a fleet count: half a minute of silence, of which a third is for ending what is at work. A host tells its nodes with each
 * renewal; this is what a node goes by until then.
 */
export const fleetLease = leaseTimes(30_000, 0.05, 10_000);

/** The node's side. */
export interface NodeLease {
  /** A renewal that was asked for at `askedAt` has been granted. */
  granted(askedAt: number): void;
  /** The host does not know this life of the node any more: for good. */
  refused(): void;
  /** Whether it may act now. Once it may not, it may never again: its work has been given away, or will be. */
  holds(now: number): boolean;
}

export function nodeLease(times: Pick<LeaseTimes, "nodeMs">): NodeLease {
  let until = -Infinity;
  let isBegun = false;
  let isOver = false;
  return {
    granted(askedAt) {
      if (isOver) return;
      isBegun = true;
      until = Math.max(until, askedAt + times.nodeMs);
    },
    refused() {
      isOver = true;
    },
    holds(now) {
      // A clock that has stood still while the machine slept is not monotonic in this sense; the host refuses such a one.
      if (isBegun && now > until) isOver = true;
      return isBegun && !isOver;
    },
  };
}

/** The host's side: the lives of nodes that it counts on, by their boot ids. */
export interface HostLeases {
  /** Grants a renewal; false for a life that was given up: it stays so. Hardly ever false for a new one, whose node then begins another. */
  renew(boot: string, now: number): boolean;
  /** Takes the ones whose silence has lasted too long off; they are given up for good. */
  expire(now: number): string[];
  /** It has said farewell, or somebody wants it gone. */
  giveUp(boot: string): void;
  /** When the next one would be given up; undefined: there is none. */
  readonly next: number | undefined;
}

export function hostLeases(times: Pick<LeaseTimes, "hostMs">, over: GivenUp = givenUp()): HostLeases {
  const until = new Map<string, number>();
  const giveUp = (boot: string): void => {
    until.delete(boot);
    // One that comes back after that is refused; a life of a node is an id that is never used again.
    over.add(boot);
  };
  return {
    renew(boot, now) {
      const known = until.get(boot);
      // One that is late stays until `expire` has told of it. Who has a lease is not asked for among those who were given up: it is none, and
      // must not be taken for one.
      if (known === undefined ? over.has(boot) : now > known) return false;
      until.set(boot, now + times.hostMs);
      return true;
    },
    expire(now) {
      const late = [...until].filter(([, at]) => now > at).map(([boot]) => boot);
      for (const boot of late) giveUp(boot);
      return late;
    },
    giveUp,
    get next() {
      return until.size === 0 ? undefined : Math.min(...until.values());
    },
  };
}
