import type { AgentSession } from "../../drivers/agent.ts";
import { heading } from "../../protocol/briefing.ts";
import type { Teller } from "../../protocol/outcome.ts";

/** What a construct is told besides its task, until it has read it. */
export interface Mail {
  /** Keeps a message for the moment in which the construct is told its task; after that, sends it. */
  tell(message: Letter): void;
  /** Tells the task, or what to go on with, and what has been kept until now. */
  open(session: Pick<AgentSession, "send">, task: string): void;
  /** It has read all that was sent, and does not read now: what comes is kept until it is opened again. */
  close(): void;
  /** What it has not begun to read. */
  unread(session: Pick<AgentSession, "unread"> | undefined): Letter[];
  /** What it has begun to read, also before it was closed. */
  heard(session: Pick<AgentSession, "unread"> | undefined): Letter[];
  /** How many letters it has begun to read since this was asked last. */
  newlyRead(session: Pick<AgentSession, "unread">): number;
}

export interface Letter {
  text: string;
  origin: Teller;
}

/**
 * @param told while it was queued
 * @param before what it had read in an earlier life
 */
export function newMail(told: readonly Letter[], before: readonly Letter[] = []): Mail {
  const heardBefore = [...before];
  const withTask = [...told];
  const sent: Letter[] = [];
  let out: Pick<AgentSession, "send"> | undefined;
  let read = 0;
  const unread = (session: Pick<AgentSession, "unread"> | undefined): Letter[] => {
    if (out === undefined) return withTask;
    // The agent reads in the order of sending, and the task came first.
    const count = session?.unread ?? 0;
    return [...(count > sent.length ? withTask : []), ...sent.slice(Math.max(0, sent.length - count))];
  };
  const allButLast = (count: number): Letter[] => {
    const all = [...withTask, ...sent];
    return all.slice(0, all.length - count);
  };
  return {
    tell(letter) {
      if (out === undefined) {
        withTask.push(letter);
        return;
      }
      out.send(inWords(letter));
      sent.push(letter);
    },
    open(session, task) {
      out = session;
      session.send([task, ...withTask.map(inWords)].join("\n\n"));
    },
    close() {
      heardBefore.push(...withTask, ...sent);
      withTask.length = 0;
      sent.length = 0;
      read = 0;
      out = undefined;
    },
    unread,
    heard: (session) => [...heardBefore, ...(out === undefined ? [] : allButLast(unread(session).length))],
    newlyRead(session) {
      const before = read;
      read = Math.max(read, withTask.length + sent.length - unread(session).length);
      return read - before;
    },
  };
}

/** A message as its agent reads it. The deck says itself who speaks. */
export const inWords = ({ text, origin }: Letter): string =>
  origin === "deck" ? text : `${origin === "daemon" ? heading.fromDaemon : heading.fromNetrunner}\n${text}`;
