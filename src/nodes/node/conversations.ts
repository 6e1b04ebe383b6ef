import { pause, systemClock, type Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { hubBounds } from "../hub/bounds.ts";
import { incoming, type Incoming, type Numbered } from "../numbered.ts";
import { resender } from "../resender.ts";
import { usualResending, type ResendingTimes } from "../resending.ts";
import type { Address, Bidding, FromHost, FromNode, Saying } from "../wire/letters.ts";
import { addressKey, nodeWireVersion } from "../wire/letters.ts";
import { unreadableCode, type Letter, type Outbox } from "./outbox.ts";
import { fitting } from "./fitting.ts";
import { keeping } from "./keeping.ts";
import { serveSession, type ServedParts, type ServedSession } from "./served-session.ts";

export interface ConversationsParts {
  outbox: Outbox;
  /** Sends a letter to the host that has the conversation; it may be lost. */
  send: (letter: FromNode) => void;
  /** Hears of what went wrong, for the log of the node. */
  warn: (code: string, message: string) => void;
  /**
   * What was said can neither be kept nor sent, and that lasts: hosts wait in vain for what this life of the node has to say, so it must
   * end. Left out: nobody ends it.
   */
  onMute?: () => void;
  clock?: Clock;
  /** The longest saying, bytes of JSON. */
  mostBytes?: number;
  /** When a letter is sent once more. */
  again?: ResendingTimes;
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

/** Of a letter, beside what it says, bytes. */
const roomForHead = 2000;

/** How long the last words of sessions that are ended may take, milliseconds. */
const lastWordsMs = 1000;

/** How long the host's word that a session which has ended is over is waited for before it is asked, and between two such questions, milliseconds. */
const overAskMs = 30_000;

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
  onMute = () => undefined,
  clock = systemClock,
  mostBytes = hubBounds.letterBytes - roomForHead,
  again = usualResending,
}: ConversationsParts): Conversations {
  const known = new Map<string, Conversation>();
  let isClosed = false;
  const resending = resender({
    clock,
    times: again,
    say(to, { after, upTo, asks }) {
      const some = leftOf(to, upTo - after, after);
      for (const [index, one] of some.entries()) post({ to, ...one }, index === some.length - 1 ? asks : undefined);
    },
  });
  /** Nothing of one that cannot be read is sent again, as its host would wait for what is missing. It is forgotten, and told. */
  const leftOf = (to: Address, most: number, after: number): Numbered<Saying>[] => {
    try {
      return outbox.left(to, most, after);
    } catch (error) {
      const isLost = error instanceof Fault && error.code === unreadableCode;
      warn(isLost ? unreadableCode : "node.outbox_failed", messageOf(error));
      // What could not be read now is tried again when it is due.
      if (!isLost) return [];
      resending.forget(to);
      orWarn(() => outbox.forget(to));
      // Who has it in this life of the node would go on waiting; of an earlier one, nothing is taken any more.
      if (known.has(addressKey(to))) onMute();
      return [];
    }
  };

  const kept = keeping({
    outbox,
    clock,
    warn,
    isKnown: (to) => known.has(addressKey(to)),
    onKept(letters) {
      for (const letter of letters) {
        post(letter);
        resending.said(letter.to, letter.n);
      }
    },
    // What cannot be kept must not be sent: it would be lost with us. Who cannot speak must not work.
    onMute: (to) => void known.get(addressKey(to))?.session.stop(),
    onGivenUp: onMute,
  });
  const post = ({ to, n, body }: Letter, asks?: number): void =>
    send({ wire: nodeWireVersion, to, n, saying: body, ...(asks === undefined ? {} : { asks }) });
  const say = (conversation: Pick<Conversation, "to" | "last">, saying: Saying): void => {
    const body = fitting(saying, mostBytes) ?? endOf(conversation.to, saying);
    conversation.last += 1;
    kept.add({ to: conversation.to, n: conversation.last, body });
  };
  /** What cannot be told, and not in part either, ends its session: whoever waits for it would wait for ever. */
  const endOf = (to: Address, { type }: Saying): Saying => {
    const reason = `what it had to say ("${type}") is too large for the hub`;
    warn("node.letter_too_large", `${to.session} is ended: ${reason}`);
    void known.get(addressKey(to))?.session.stop();
    return { type: "exited", exit: { how: "broken", reason, stderr: "" } };
  };
  /** What could not be forgotten comes to the host once more, which takes it once. */
  const orWarn = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      warn("node.outbox_failed", messageOf(error));
    }
  };
  const acknowledge = ({ to, from }: Conversation, answers?: number): void =>
    send({ wire: nodeWireVersion, to, taken: from.taken, gap: from.next, answers });
  /** That a conversation is over is said once, and may be lost; it is said again of each word in one that is. */
  const askWhetherOver = (conversation: Conversation): void => {
    clock.after(overAskMs, () => {
      if (isClosed || known.get(addressKey(conversation.to)) !== conversation) return;
      acknowledge(conversation);
      askWhetherOver(conversation);
    });
  };
  const forget = (to: Address): void => {
    known.get(addressKey(to))?.onForgotten?.();
    known.delete(addressKey(to));
    resending.forget(to);
    orWarn(() => outbox.forget(to));
  };

  return {
    open(to, { onForgotten, ...parts }) {
      const numbers = { to, last: 0 };
      const session = serveSession({ clock, ...parts, say: (saying) => say(numbers, saying) });
      const conversation = Object.assign(numbers, { from: incoming<Bidding>(), session, onForgotten });
      known.set(addressKey(to), conversation);
      void session.closed.then(() => askWhetherOver(conversation));
      return session;
    },
    take(letter) {
      if (isClosed) return;
      if ("taken" in letter) {
        orWarn(() => outbox.taken(letter.to, letter.taken));
        return resending.told(letter.to, letter);
      }
      const conversation = known.get(addressKey(letter.to));
      if ("over" in letter) {
        void conversation?.session.stop();
        if (letter.tells !== true) forget(letter.to);
        return;
      }
      if (conversation === undefined) return;
      const { from, session } = conversation;
      const before = from.taken;
      from.take({ n: letter.n, body: letter.bidding }).forEach((bidding, index) => {
        session.carryOut(before + 1 + index, bidding);
      });
      acknowledge(conversation, letter.asks);
    },
    sendAgain() {
      // Also what an earlier life has left.
      orWarn(() => {
        for (const { to, last } of outbox.conversations()) resending.said(to, last);
      });
      resending.up();
    },
    forget,
    async endAll() {
      const all = Array.from(known.values(), ({ session }) => session);
      const reports = await Promise.all(all.map((session) => session.stop().catch(() => ({ proven: false }))));
      await Promise.race([Promise.all(all.map(({ closed }) => closed)), pause(lastWordsMs)]);
      kept.flush();
      return { proven: reports.every(({ proven }) => proven) };
    },
    close() {
      isClosed = true;
      kept.close();
      resending.close();
    },
  };
}
