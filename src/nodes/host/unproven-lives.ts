import type { DismissedNode } from "../../protocol/nodes.ts";
import type { Party } from "../hub/subjects.ts";

/** Lives of nodes that were given up while agents of this host were on them, as long as nobody knows whether anything is left of these. */
export interface UnprovenLives {
  /** @param isGone whether it is proven in time that nothing is left of it */
  givenUp(life: { boot: string; node: Party; agents: number }, isGone: Promise<boolean>): void;
  /** It is proven after all. */
  proven(boot: string): void;
  /** As what a farewell tells of them. */
  readonly told: DismissedNode[];
}

/** Older ones are forgotten, as are those of which a proof is waited for. */
const mostKept = 1000;

export function unprovenLives(): UnprovenLives {
  const lives = new Map<string, { node: Party; agents: number }>();
  const proven = (boot: string): void => void lives.delete(boot);
  return {
    givenUp({ boot, node, agents }, isGone) {
      if (agents === 0) return;
      lives.set(boot, { node, agents });
      const [oldest] = lives.keys();
      if (lives.size > mostKept && oldest !== undefined) lives.delete(oldest);
      void isGone.then((isProven) => isProven && proven(boot));
    },
    proven,
    get told() {
      return Array.from(lives.values(), ({ node, agents }) => ({
        node,
        sessions: null,
        proven: false,
        problem: `not heard for too long while it had ${agents === 1 ? "an agent" : `${agents} agents`}`,
      }));
    },
  };
}
