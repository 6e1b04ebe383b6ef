import type { Clock } from "../../base/clock.ts";
import type { Party } from "../hub/subjects.ts";

export interface LifeProofsParts {
  /** How long a proof is waited for, milliseconds. */
  proofMs: number;
  clock: Clock;
  /** One has come when nobody waited for it any more. */
  onProven: (node: Party, boot: string) => void;
}

/**
 * What is known of lives of nodes that were given up because nothing was heard of them. A new life in the same folder is the proof that nothing
 * of them is left: it begins when its lock is free and a look at all processes has found nothing.
 */
export interface LifeProofs {
  /** True as soon as it is proven; false when that has not come in time, or never can. */
  wait(life: { boot: string; node: Party; data: string | undefined }): Promise<boolean>;
  /** A new life of this node has begun in this folder. */
  begun(node: Party, data: string): void;
  close(): void;
}

/** Of so many lives a proof is waited for. */
const mostKept = 1000;

interface Unknown {
  boot: string;
  node: Party;
  data: string;
  answer: PromiseWithResolvers<boolean>;
  isLate: boolean;
  timer: Disposable;
}

export function lifeProofs({ proofMs, clock, onProven }: LifeProofsParts): LifeProofs {
  const unknown = new Set<Unknown>();
  const drop = (one: Unknown, isGone: boolean): void => {
    unknown.delete(one);
    one.timer[Symbol.dispose]();
    one.answer.resolve(isGone);
  };
  return {
    wait({ boot, node, data }) {
      if (data === undefined) return Promise.resolve(false);
      const answer = Promise.withResolvers<boolean>();
      const timer = clock.after(proofMs, () => {
        one.isLate = true;
        answer.resolve(false);
      });
      const one: Unknown = { boot, node, data, answer, isLate: false, timer };
      unknown.add(one);
      const [oldest] = unknown;
      if (unknown.size > mostKept && oldest !== undefined) drop(oldest, false);
      return answer.promise;
    },
    begun(node, data) {
      for (const one of unknown) {
        // The same name in another folder is another machine, perhaps: nothing follows from that.
        if (one.node !== node || one.data !== data) continue;
        drop(one, true);
        if (one.isLate) onProven(node, one.boot);
      }
    },
    close() {
      for (const one of unknown) drop(one, false);
    },
  };
}
