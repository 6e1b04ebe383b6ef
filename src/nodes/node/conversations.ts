import { pause, systemClock, type Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import { incoming, type Incoming } from "../numbered.ts";
import type { Address, Bidding, FromHost, FromNode, Saying } from "../wire/letters.ts";
import { nodeWireVersion } from "../wire/letters.ts";
import type { Letter, Outbox } from "./outbox.ts";
import { serveSession, type ServedParts, type ServedSession } from "./served-session.ts";

export interface ConversationsParts {
  outbox: Outbox;
  /** Sends a letter to the host that has the conversation; it may be lost. */
  send: (letter: FromNode) => void;
  /** Hears of what went wrong, for the log of the node. */
  warn: (code: string, message: string) => void;
  clock?: Clock;
  /** How long an acknowledgement is waited for before a letter is sent once more, milliseconds. */
  againMs?: number;
}

export interface SessionParts extends Omit<ServedParts, "say"> {
  /** Its host wants nothing more of it. */
  onForgotten?: () => void;
}

/** All sessions that a node has open, and what each has still to tell its host. */
export interface Conversations {
  /** Opens a session for a host. What it says is on disk before it is sent. */
  open(to: Address, parts: SessionParts): ServedSession;
  /** Takes a letter of a host. One for a conversation that this node does not have, or has no more, changes nothing. */
  take(letter: FromHost): void;
  /** Sends again what was not acknowledged, such as when the link is back, or what an earlier life of the node has left. */
  sendAgain(): void;
  /** All of it is told, or nobody will hear it any more. */
  forget: (to: Address) => void;
  /**
   * Ends all sessions at once, and says whether it is proven that they are gone. How they ended is in the outbox then: a host that still
   * counts on this node takes it, another one refuses it.
   */
  endAll(): Promise<{ proven: boolean }>;
  /** Sends and takes nothing more. What is on disk stays there. */
  close(): void;
}

/** So many letters of one conversation are sent again at once; more follow when these have been taken. */
const mostAgain = 200;

/** How long the last words of sessions that are ended may take, milliseconds. */
const lastWordsMs = 1000;

interface Conversation {
  to: Address;
  last: number;
  from: Incoming<Bidding>;
  session: ServedSession;
  onForgotten: (() => void) | undefined;
}

export function conversations({
  outbox,
  send,
  warn,
  clock = systemClock,
  againMs = 1000,
}: ConversationsParts): Conversations {
  const known = new Map<string, Conversation>();
  let batch: Letter[] = [];
  let isClosed = false;
  let again: Disposable | undefined;

  /** What was said in one turn of the event loop is written at once. */
  const flush = (): void => {
    if (isClosed) return;
    // What is said of one that was given away meanwhile is for nobody.
    const letters = batch.filter(({ to }) => known.has(keyOf(to)));
    batch = [];
    try {
      outbox.keep(letters);
    } catch (error) {
      // What cannot be kept must not be sent: it would be lost with us. Who cannot speak must not work.
      warn("node.outbox_failed", messageOf(error));
      for (const key of new Set(letters.map(({ to }) => keyOf(to)))) void known.get(key)?.session.stop();
      return;
    }
    for (const letter of letters) post(letter);
    wait();
  };
  const post = ({ to, n, body }: Letter): void => send({ wire: nodeWireVersion, to, n, saying: body });
  const say = (conversation: Pick<Conversation, "to" | "last">, saying: Saying): void => {
    conversation.last += 1;
    if (batch.length === 0) setImmediate(flush);
    batch.push({ to: conversation.to, n: conversation.last, body: saying });
  };
  /** As long as anything is left, it is sent again after a while. */
  const wait = (): void => {
    again ??= clock.after(againMs, () => {
      again = undefined;
      if (!isClosed && sendAgain()) wait();
    });
  };
  const sendAgain = (): boolean => {
    const left = outbox.conversations();
    for (const { to } of left) for (const one of outbox.left(to, mostAgain)) post({ to, ...one });
    return left.length > 0;
  };

  /** What could not be forgotten comes to the host once more, which takes it once. */
  const orWarn = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      warn("node.outbox_failed", messageOf(error));
    }
  };
  const forget = (to: Address): void => {
    known.get(keyOf(to))?.onForgotten?.();
    known.delete(keyOf(to));
    orWarn(() => outbox.forget(to));
  };

  return {
    open(to, { onForgotten, ...parts }) {
      const numbers = { to, last: 0 };
      const session = serveSession({ clock, ...parts, say: (saying) => say(numbers, saying) });
      known.set(keyOf(to), Object.assign(numbers, { from: incoming<Bidding>(), session, onForgotten }));
      return session;
    },
    take(letter) {
      if (isClosed) return;
      if ("taken" in letter) return orWarn(() => outbox.taken(letter.to, letter.taken));
      const conversation = known.get(keyOf(letter.to));
      if ("over" in letter) {
        void conversation?.session.stop();
        forget(letter.to);
        return;
      }
      if (conversation === undefined) return;
      const { from, session, to } = conversation;
      const before = from.taken;
      from.take({ n: letter.n, body: letter.bidding }).forEach((bidding, index) => {
        session.carryOut(before + 1 + index, bidding);
      });
      send({ wire: nodeWireVersion, to, taken: from.taken });
    },
    sendAgain() {
      if (!isClosed && sendAgain()) wait();
    },
    forget,
    async endAll() {
      const all = Array.from(known.values(), ({ session }) => session);
      const reports = await Promise.all(all.map((session) => session.stop().catch(() => ({ proven: false }))));
      await Promise.race([Promise.all(all.map(({ closed }) => closed)), pause(lastWordsMs)]);
      flush();
      return { proven: reports.every(({ proven }) => proven) };
    },
    close() {
      isClosed = true;
      again?.[Symbol.dispose]();
      again = undefined;
    },
  };
}

const keyOf = ({ session, epoch, boot }: Address): string => JSON.stringify([session, epoch, boot]);
