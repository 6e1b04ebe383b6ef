import { systemClock, type Clock } from "../../base/clock.ts";
import { channel, type Channel } from "../../base/stream.ts";
import { incoming, outgoing, type Incoming, type Numbered, type Outgoing } from "../numbered.ts";
import {
  nodeWireVersion,
  type Address,
  type Bidding,
  type FromHost,
  type FromNode,
  type Saying,
} from "../wire/letters.ts";
import type { SessionLine } from "./remote-session.ts";

export interface HostLinesParts {
  /** Sends a letter to the node that has the conversation; it may be lost. */
  send: (letter: FromHost) => void;
  /** Resolves when all that was recorded until now is on disk: only then is what a node has told acknowledged. */
  kept: () => Promise<void>;
  /** Hears of a letter of a conversation that was given away, or that this host never had. It changes nothing. */
  onStranger: (to: Address) => void;
  clock?: Clock;
  /** How long an acknowledgement is waited for before a bidding is sent once more, milliseconds. */
  againMs?: number;
}

/** The host's ends of all conversations with sessions on nodes. */
export interface HostLines {
  /** Begins a conversation. The address must be new: an epoch is never used twice. */
  open(to: Address): SessionLine;
  /** Takes a letter of a node. */
  take(letter: FromNode): void;
  /** Gives up all conversations with one life of a node: whatever still comes of them is refused. */
  giveUp(boot: string, why: string): void;
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
  lost: PromiseWithResolvers<string>;
}

export function hostLines({ send, kept, onStranger, clock = systemClock, againMs = 1000 }: HostLinesParts): HostLines {
  const lines = new Map<string, Line>();
  /** Conversations that came to a good end: of what is still said in them, nobody has to hear. */
  const done = new Set<string>();
  /** Conversations of which something has come that is not acknowledged yet. */
  const owed = new Set<Line>();
  let isAcknowledging = false;
  let again: Disposable | undefined;

  const post = ({ to }: Line, n: number, bidding: Bidding): void => send({ wire: nodeWireVersion, to, n, bidding });
  const wait = (): void => {
    again ??= clock.after(againMs, () => {
      again = undefined;
      let isLeft = false;
      for (const line of lines.values())
        for (const { n, body } of line.out.pending) {
          isLeft = true;
          post(line, n, body);
        }
      if (isLeft) wait();
    });
  };
  /** One look at the disk is enough for all that was dealt with before it. */
  const acknowledge = async (line: Line): Promise<void> => {
    owed.add(line);
    if (isAcknowledging) return;
    isAcknowledging = true;
    while (owed.size > 0) {
      const due = Array.from(owed, ({ to, took }) => ({ to, taken: took.taken }));
      owed.clear();
      await kept();
      for (const one of due) send({ wire: nodeWireVersion, ...one });
    }
    isAcknowledging = false;
  };
  const end = (line: Line): void => {
    if (!lines.has(keyOf(line.to))) return;
    drop(line, "it is over");
    done.add(keyOf(line.to));
    const [oldest] = done;
    if (done.size > mostDone && oldest !== undefined) done.delete(oldest);
    send({ wire: nodeWireVersion, to: line.to, over: true });
  };
  const drop = (line: Line, why: string): void => {
    lines.delete(keyOf(line.to));
    line.lost.resolve(why);
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
        lost: Promise.withResolvers<string>(),
      };
      lines.set(keyOf(to), line);
      return {
        bid(bidding) {
          const { n } = line.out.push(bidding);
          if (lines.has(keyOf(to))) post(line, n, bidding);
          wait();
          return n;
        },
        sayings: line.sayings,
        took(n) {
          line.took.take({ n, body: true });
          void acknowledge(line);
        },
        lost: line.lost.promise,
        end: () => end(line),
      };
    },
    take(letter) {
      const line = lines.get(keyOf(letter.to));
      if (line === undefined) {
        if (!done.has(keyOf(letter.to))) onStranger(letter.to);
        send({ wire: nodeWireVersion, to: letter.to, over: true });
        return;
      }
      if ("taken" in letter) return line.out.taken(letter.taken);
      const before = line.from.taken;
      line.from
        .take({ n: letter.n, body: letter.saying })
        .forEach((saying, index) => line.sayings.push({ n: before + 1 + index, body: saying }));
      // Of one that came once more, the acknowledgement was lost.
      if (line.from.taken === before) void acknowledge(line);
    },
    giveUp(boot, why) {
      for (const line of lines.values()) if (line.to.boot === boot) drop(line, why);
    },
    end(to) {
      const line = lines.get(keyOf(to));
      if (line !== undefined) end(line);
    },
    close() {
      again?.[Symbol.dispose]();
      again = undefined;
      for (const line of lines.values()) drop(line, "the host ends");
    },
  };
}

/** So many conversations that are over are remembered. */
const mostDone = 1000;

const keyOf = ({ session, epoch, boot }: Address): string => JSON.stringify([session, epoch, boot]);
