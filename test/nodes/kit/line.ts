import { channel } from "../../../src/base/stream.ts";
import type { SessionOwner } from "../../../src/drivers/agent.ts";
import type { Lost, SessionLine } from "../../../src/nodes/host/remote-session.ts";
import { serveSession, type ServedParts, type ServedSession } from "../../../src/nodes/node/served-session.ts";
import { incoming, outgoing, type Numbered } from "../../../src/nodes/numbered.ts";
import { biddingSchema, sayingSchema, type Bidding, type Saying } from "../../../src/nodes/wire/letters.ts";

export interface Joined {
  line: SessionLine;
  served: ServedSession;
  /** Nothing gets through any more. */
  cut: () => void;
  /** The host gives the node up. */
  lose: (why: string) => void;
  /** Whether it is proven that nothing is left of what was lost. */
  isGone: PromiseWithResolvers<boolean>;
}

/**
 * A host and a session on a node with a bad link between them, in one process: each letter is JSON on the way, may be lost, doubled
 * or late, as `chance` decides, and what is not acknowledged is said again.
 */
export function joined(
  parts: Pick<ServedParts, "find" | "over" | "mayAct" | "files"> & {
    open: (owner: SessionOwner) => ReturnType<ServedParts["open"]>;
  },
  chance: () => number = () => 1,
): Joined {
  let isCut = false;
  const lost = Promise.withResolvers<Lost>();
  const isGone = Promise.withResolvers<boolean>();
  const heard = channel<Numbered<Saying>>();
  const link = <T>(parse: (raw: unknown) => T, take: (one: Numbered<T>) => void, taken: () => number) => {
    const out = outgoing<T>();
    const carry = (one: Numbered<T>): void => {
      const letter = JSON.stringify(one.body);
      const arrive = (): void => {
        if (isCut) return;
        take({ n: one.n, body: parse(JSON.parse(letter)) });
        out.taken(taken());
      };
      const luck = chance();
      if (luck < 0.2) return;
      const times = luck < 0.4 ? 2 : 1;
      for (let time = 0; time < times; time += 1)
        if (luck < 0.6) setTimeout(arrive, luck * 20);
        else setImmediate(arrive);
    };
    const again = (): void => {
      for (const one of out.pending) carry(one);
      if (out.pending.length > 0 && !isCut) setTimeout(again, 5);
    };
    return (body: T): number => {
      const one = out.push(body);
      carry(one);
      if (out.pending.length === 1) setTimeout(again, 5);
      return one.n;
    };
  };

  const fromNode = incoming<Saying>();
  const say = link(
    (raw) => sayingSchema.parse(raw),
    (one) => {
      const before = fromNode.taken;
      fromNode.take(one).forEach((body, index) => heard.push({ n: before + 1 + index, body }));
    },
    () => fromNode.taken,
  );
  const served = serveSession({ ...parts, say: (saying) => void say(saying) });
  const fromHost = incoming<Bidding>();
  const bid = link(
    (raw) => biddingSchema.parse(raw),
    (one) => {
      const before = fromHost.taken;
      fromHost.take(one).forEach((bidding, index) => served.carryOut(before + 1 + index, bidding));
    },
    () => fromHost.taken,
  );
  return {
    line: {
      bid,
      sayings: heard,
      took: () => undefined,
      lost: lost.promise,
      onLate: () => undefined,
      isGone: () => isGone.promise,
      end() {
        isCut = true;
        lost.resolve({ why: "it is over", isGivenUp: false });
        heard.close();
      },
    },
    served,
    isGone,
    cut() {
      isCut = true;
    },
    lose(why) {
      isCut = true;
      lost.resolve({ why, isGivenUp: true });
      heard.close();
    },
  };
}
