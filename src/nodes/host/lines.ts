import { systemClock, type Clock } from "../../base/clock.ts";
import { channel, type Channel } from "../../base/stream.ts";
import type { AgentEvent } from "../../drivers/agent.ts";
import { incoming, outgoing, type Incoming, type Numbered, type Outgoing } from "../numbered.ts";
import { resender } from "../resender.ts";
import { usualResending, type ResendingTimes } from "../resending.ts";
import {
  addressKey,
  nodeWireVersion,
  type Address,
  type Bidding,
  type FromHost,
  type FromNode,
  type Saying,
} from "../wire/letters.ts";
import type { Lost, SessionLine } from "./remote-session.ts";

export interface HostLinesParts {
  /** Sends a letter to the node that has the conversation; it may be lost. */
  send: (letter: FromHost) => void;
  /** Resolves when all that was recorded until now is on disk: only then is what a node has told acknowledged. */
  kept: () => Promise<void>;
  /** Hears of a letter of a conversation that was given away, or that this host never had. It changes nothing. */
  onStranger: (to: Address) => void;
  clock?: Clock;
  /** When a bidding is sent once more. */
  again?: ResendingTimes;
}

/** The host's ends of all conversations with sessions on nodes. */
export interface HostLines {
  /** Begins a conversation. The address must be new: an epoch is never used twice. */
  open(to: Address): SessionLine;
  /** Takes a letter of a node. */
  take(letter: FromNode): void;
  /** The link is up, or is another one: what is not acknowledged is sent again. */
  sendAgain(): void;
  /**
   * Gives up all conversations with one life of a node: whatever still comes of them is refused.
   * @param isGone whether it is proven that nothing of that life is left; without it, nothing is known
   */
  giveUp(boot: string, why: string, isGone?: Promise<boolean>): void;
  /** Its agent is gone and nothing more is wanted of it. */
  end(to: Address): void;
  close(): void;
}

interface Line {
  to: Address;
  out: Outgoing<Bidding>;
  from: Incoming<Saying>;
  sayings: Channel<Numbered<Saying>>;
  /** What has been dealt with. */
  took: Incoming<true>;
  /** How far that is acknowledged, and whether its node has been told what is missing. */
  acknowledged: number;
  isGapTold: boolean;
  /** Nobody has said yet that it is over. */
  isOpen: boolean;
  lost: PromiseWithResolvers<Lost>;
  onLate: ((event: AgentEvent) => void) | undefined;
  isGone: Promise<boolean>;
}

export function hostLines(parts: HostLinesParts): HostLines {
  const { send, kept, onStranger, clock = systemClock, again = usualResending } = parts;
  const lines = new Map<string, Line>();
  /** Conversations that came to a good end: of what is still said in them, nobody has to hear. */
  const done = new Set<string>();
  /** Conversations that were given up. What their agents have used comes when their node is back, and is money all the same. */
  const late = new Map<string, Line>();
  /** Conversations of which something has come that is not acknowledged yet. */
  const owed = new Set<Line>();
  let isAcknowledging = false;

  const post = ({ to }: Line, n: number, bidding: Bidding): void => send({ wire: nodeWireVersion, to, n, bidding });
  const resending = resender({
    clock,
    times: again,
    say(to, { after, upTo, asks }) {
      const some = lines.get(addressKey(to))?.out.pending.filter(({ n }) => n > after && n <= upTo) ?? [];
      for (const [index, { n, body }] of some.entries())
        send({ wire: nodeWireVersion, to, n, bidding: body, ...(index === some.length - 1 ? { asks } : {}) });
    },
  });
  /** How far it is now. What is not on disk yet is not acknowledged. */
  const tell = ({ to, acknowledged: taken, from }: Line, answers?: number): void =>
    send({ wire: nodeWireVersion, to, taken, heard: from.taken, gap: from.next, answers });
  /** One look at the disk is enough for all that was dealt with before it. */
  const acknowledge = async (line: Line): Promise<void> => {
    owed.add(line);
    if (isAcknowledging) return;
    isAcknowledging = true;
    while (owed.size > 0) {
      const due = Array.from(owed, (one) => ({ one, taken: one.took.taken }));
      owed.clear();
      await kept();
      for (const { one, taken } of due) {
        one.acknowledged = taken;
        tell(one);
      }
    }
    isAcknowledging = false;
  };
  const end = (line: Line): void => {
    if (!lines.has(addressKey(line.to))) return;
    drop(line, { why: "it is over", isGivenUp: false });
    tellOver(line.to);
  };
  const tellOver = (to: Address): void => {
    done.add(addressKey(to));
    forgetOldest(done);
    send({ wire: nodeWireVersion, to, over: true });
  };
  /** Takes what is new in a letter, each once and in order. */
  const arrived = ({ from }: Line, letter: Exclude<FromNode, { taken: number }>): Numbered<Saying>[] => {
    const before = from.taken;
    return from.take({ n: letter.n, body: letter.saying }).map((body, index) => ({ n: before + 1 + index, body }));
  };
  const takeLate = async (line: Line, letter: FromNode): Promise<void> => {
    onStranger(line.to);
    // Its agent may not know yet that it is to end. That may be lost, too: it is said again where the node asks how far it is.
    if (line.isOpen || "taken" in letter || letter.asks !== undefined) {
      line.isOpen = false;
      send({ wire: nodeWireVersion, to: line.to, over: true, tells: true });
      tell(line, "taken" in letter ? undefined : letter.asks);
    }
    if ("taken" in letter) return;
    let isEnd = false;
    for (const { n, body } of arrived(line, letter)) {
      if (body.type === "did") line.onLate?.(body.event);
      isEnd ||= body.type === "exited";
      line.took.take({ n, body: true });
    }
    void acknowledge(line);
    if (!isEnd) return;
    await kept();
    if (late.delete(addressKey(line.to))) tellOver(line.to);
  };
  const drop = (line: Line, lost: Lost): void => {
    lines.delete(addressKey(line.to));
    resending.forget(line.to);
    line.lost.resolve(lost);
    line.sayings.close();
  };

  return {
    open(to) {
      const line: Line = {
        to,
        out: outgoing<Bidding>(),
        from: incoming<Saying>(),
        sayings: channel<Numbered<Saying>>(),
        took: incoming<true>(0, Infinity),
        acknowledged: 0,
        isGapTold: false,
        isOpen: true,
        lost: Promise.withResolvers<Lost>(),
        onLate: undefined,
        isGone: Promise.resolve(false),
      };
      lines.set(addressKey(to), line);
      return {
        bid(bidding) {
          const { n } = line.out.push(bidding);
          if (!lines.has(addressKey(to))) return n;
          post(line, n, bidding);
          resending.said(to, n);
          return n;
        },
        sayings: line.sayings,
        took(n) {
          line.took.take({ n, body: true });
          void acknowledge(line);
        },
        lost: line.lost.promise,
        onLate(listener) {
          line.onLate = listener;
        },
        isGone: () => line.isGone,
        end: () => end(line),
      };
    },
    take(letter) {
      const line = lines.get(addressKey(letter.to));
      const gone = late.get(addressKey(letter.to));
      if (gone !== undefined) return void takeLate(gone, letter);
      if (line === undefined) {
        if (!done.has(addressKey(letter.to))) onStranger(letter.to);
        send({ wire: nodeWireVersion, to: letter.to, over: true });
        return;
      }
      if ("taken" in letter) {
        line.out.taken(letter.taken);
        return resending.told(line.to, letter);
      }
      const before = line.from.taken;
      for (const saying of arrived(line, letter)) line.sayings.push(saying);
      const isGap = line.from.waiting > 0;
      if (line.from.taken > before) line.isGapTold = false;
      if (letter.asks === undefined && (!isGap || line.isGapTold)) return;
      // Of one that came once more, the acknowledgement may be lost. Of a gap, one word is enough.
      line.isGapTold = isGap;
      tell(line, letter.asks);
    },
    sendAgain: () => resending.up(),
    giveUp(boot, why, isGone = Promise.resolve(false)) {
      for (const line of lines.values()) {
        if (line.to.boot !== boot) continue;
        line.isGone = isGone;
        drop(line, { why, isGivenUp: true });
        late.set(addressKey(line.to), line);
        forgetOldest(late);
      }
    },
    end(to) {
      const line = lines.get(addressKey(to));
      if (line !== undefined) end(line);
    },
    close() {
      resending.close();
      for (const line of lines.values()) drop(line, { why: "the host ends", isGivenUp: true });
    },
  };
}

/** So many conversations that are over are remembered, and so many that were given up. */
const mostDone = 1000;

function forgetOldest(some: Map<string, unknown> | Set<string>): void {
  const [oldest] = some.keys();
  if (some.size > mostDone && oldest !== undefined) some.delete(oldest);
}
