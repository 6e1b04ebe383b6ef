import type { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { Party } from "../hub/subjects.ts";
import { hostLeases, type LeaseTimes } from "../lease.ts";
import { lifeProofs } from "./life-proofs.ts";
import type { renewedSchema, renewSchema } from "../wire/questions.ts";

export interface LivesParts {
  /** The id of this life of the host. */
  host: string;
  times: Pick<LeaseTimes, "hostMs">;
  /** How long a proof is waited for that nothing is left of a life that was given up, milliseconds. */
  proofMs: number;
  clock: Clock;
  /** A life of a node has its first lease. */
  onBegun: (node: Party, boot: string) => void;
  /** It is not counted on any more, for good. `isGone` tells whether it is proven that nothing of it is left, within its bound. */
  onGivenUp: (node: Party, boot: string, why: LifeGone, isGone: Promise<boolean>) => void;
  /** It is proven after all, when nobody waited for it any more. */
  onProven: (node: Party, boot: string) => void;
}

/** Why a life of a node is not counted on any more. `begun_anew`: its node is in another one, and this one was ended before. `dismissed`: we have said farewell to it. */
export type LifeGone = "left" | "given_up" | "begun_anew" | "dismissed";

/** The lives of nodes that this life of the host counts on. */
export interface Lives {
  /** A node asks whether it may go on. */
  renew(from: Party, asked: z.infer<typeof renewSchema>): Omit<z.infer<typeof renewedSchema>, "policy" | "lease">;
  /** Whose life it is that is counted on; undefined: it is not. */
  nodeOf(boot: string): Party | undefined;
  /** How long it is still counted on without another word, milliseconds. */
  leftMs(boot: string): number | undefined;
  /** One of the two has said farewell: nothing of it is left. */
  left(boot: string, why?: "left" | "dismissed"): void;
  close(): void;
}

/** Grants leases, and gives up whose lease is over when it is. */
export function livesOf({ host, times, proofMs, clock, onBegun, onGivenUp, onProven }: LivesParts): Lives {
  const leases = hostLeases(times);
  const lives = new Map<string, { node: Party; data: string | undefined; until: number }>();
  const proofs = lifeProofs({ proofMs, clock, onProven });
  let timer: Disposable | undefined;
  let isClosed = false;

  const watch = (): void => {
    const { next } = leases;
    if (timer !== undefined || next === undefined || isClosed) return;
    // A renewal puts it off: then there is nothing to give up yet, and it is looked again.
    timer = clock.after(Math.max(0, Math.ceil(next - clock.monotonic())) + 1, () => {
      timer = undefined;
      for (const boot of leases.expire(clock.monotonic())) giveUp(boot, "given_up");
      watch();
    });
  };
  const giveUp = (boot: string, why: LifeGone): void => {
    const life = lives.get(boot);
    lives.delete(boot);
    if (life === undefined) return;
    const isGone = why === "given_up" ? proofs.wait({ boot, ...life }) : Promise.resolve(true);
    onGivenUp(life.node, boot, why, isGone);
  };
  /** By the folder of a node, and not by its name: that may be borne by another machine while the first one is cut off. */
  const giveUpBefore = (next: string, node: Party, data: string): void => {
    for (const [boot, life] of lives) {
      if (boot === next || life.node !== node || life.data !== data) continue;
      leases.giveUp(boot);
      giveUp(boot, "begun_anew");
    }
  };
  const refused = (why: string): ReturnType<Lives["renew"]> => ({ isGranted: false, host, why });

  return {
    renew(from, { boot, host: under, data }) {
      const known = lives.get(boot);
      if (under !== null && under !== host)
        return refused("the host has come up anew since this life of the node began");
      if (known !== undefined && known.node !== from) return refused("it is the life of another node");
      if (known === undefined && under !== null) return refused("its lease is over");
      const now = clock.monotonic();
      if (!leases.renew(boot, now)) return refused("its lease is over");
      lives.set(boot, { node: from, data, until: now + times.hostMs });
      watch();
      if (known === undefined) {
        onBegun(from, boot);
        if (data !== undefined) giveUpBefore(boot, from, data);
        if (data !== undefined) proofs.begun(from, data);
      }
      return { isGranted: true, host };
    },
    nodeOf: (boot) => lives.get(boot)?.node,
    leftMs(boot) {
      const life = lives.get(boot);
      return life && Math.max(0, Math.round(life.until - clock.monotonic()));
    },
    left(boot, why = "left") {
      leases.giveUp(boot);
      giveUp(boot, why);
    },
    close() {
      isClosed = true;
      timer?.[Symbol.dispose]();
      proofs.close();
    },
  };
}

/** The same as the end of a sentence that begins with the name of the node. */
export const goneWords = {
  left: "has left the fleet",
  given_up: "has not been heard for too long",
  dismissed: "has ended all of it, as the host ends",
  begun_anew: "was ended, and has begun another life",
} as const satisfies Record<LifeGone, string>;
