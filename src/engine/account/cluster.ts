/** How many of the same, within what time, are no accident. */
export interface ClusterLimits {
  count: number;
  withinMs: number;
}

/** Three within half a minute. */
export const usualCluster: ClusterLimits = { count: 3, withinMs: 30_000 };

/** Finds the same thing happening to several agents shortly after one another. Pure but for its memory, which time bounds. */
export interface Cluster {
  /** The agents that it has happened to, when they are so many; they are forgotten then. Undefined while they are fewer. */
  add(what: string, who: string, now: number): string[] | undefined;
}

export function cluster({ count, withinMs }: ClusterLimits = usualCluster): Cluster {
  const seen = new Map<string, Map<string, number>>();
  const forget = (now: number): void => {
    for (const [what, agents] of seen) {
      for (const [who, at] of agents) if (now - at > withinMs) agents.delete(who);
      if (agents.size === 0) seen.delete(what);
    }
  };
  return {
    add(what, who, now) {
      forget(now);
      const agents = seen.get(what) ?? new Map<string, number>();
      seen.set(what, agents.set(who, now));
      if (agents.size < count) return undefined;
      seen.delete(what);
      return [...agents.keys()];
    },
  };
}
