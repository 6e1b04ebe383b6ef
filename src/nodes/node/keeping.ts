import { messageOf } from "../../base/fault.ts";
import type { Clock } from "../../base/clock.ts";
import { addressKey, type Address } from "../wire/letters.ts";
import type { Letter, Outbox } from "./outbox.ts";

export interface KeepingParts {
  outbox: Pick<Outbox, "keep">;
  clock: Clock;
  /** Whether this one still has somebody to whom anything could be told. */
  isKnown: (to: Address) => boolean;
  /** These are on disk now, and may be sent. */
  onKept: (letters: readonly Letter[]) => void;
  /** What this one says cannot be kept now. Told once of each for as long as that lasts. */
  onMute: (to: Address) => void;
  /** It has lasted for too long, or is too much: nothing that is said from now on is kept. */
  onGivenUp: () => void;
  warn: (code: string, message: string) => void;
}

/**
 * Has all that a node says kept on disk, in its order. What cannot be kept waits here and is tried again: its numbers are given out, and
 * whoever is told later ones would wait for them for ever.
 */
export interface Keeping {
  /** Keeps it with all that is said in the same turn of the event loop. */
  add(letter: Letter): void;
  /** Tries now to keep what waits. */
  flush(): void;
  close(): void;
}

/** Between two tries, the first and the longest pause, milliseconds. */
const leastPauseMs = 200;
const mostPauseMs = 5000;

/** After so long without a success it is given up, milliseconds. */
const mostTroubleMs = 10_000;

/** So much may wait in memory, bytes of JSON. Whoever speaks is being ended, so it is the rest of what they say. */
const mostWaitingBytes = 64 * 1024 * 1024;

/** For as long as nothing can be kept. */
interface Trouble {
  /** Of the monotonic clock. */
  since: number;
  waitMs: number;
  /** Of those that are told to be mute. */
  mute: Set<string>;
  bytes: number;
}

export function keeping(parts: KeepingParts): Keeping {
  const { outbox, clock, isKnown, onKept, onMute, onGivenUp, warn } = parts;
  let batch: Letter[] = [];
  let trouble: Trouble | undefined;
  let again: Disposable | undefined;
  let isDue = false;
  let isOver = false;

  const flush = (): void => {
    isDue = false;
    again?.[Symbol.dispose]();
    if (isOver) return;
    // What is said of one that was given away meanwhile is for nobody.
    batch = batch.filter(({ to }) => isKnown(to));
    const letters = batch;
    try {
      if (letters.length > 0) outbox.keep(letters);
    } catch (error) {
      return tryLater(error);
    }
    trouble = undefined;
    batch = [];
    onKept(letters);
  };
  const tryLater = (error: unknown): void => {
    const now = clock.monotonic();
    if (trouble === undefined) warn("node.outbox_failed", messageOf(error));
    trouble ??= { since: now, waitMs: leastPauseMs, mute: new Set(), bytes: 0 };
    trouble.bytes = 0;
    for (const letter of batch) note(letter, trouble);
    const left = trouble.since + mostTroubleMs - now;
    if (left <= 0 || trouble.bytes > mostWaitingBytes) return giveUp();
    again = clock.after(Math.min(trouble.waitMs, left), flush);
    trouble.waitMs = Math.min(trouble.waitMs * 2, mostPauseMs);
  };
  const note = ({ to, body }: Letter, now: Trouble): void => {
    now.bytes += Buffer.byteLength(JSON.stringify(body));
    const key = addressKey(to);
    if (now.mute.has(key)) return;
    now.mute.add(key);
    onMute(to);
  };
  const giveUp = (): void => {
    close();
    onGivenUp();
  };
  const close = (): void => {
    isOver = true;
    again?.[Symbol.dispose]();
    batch = [];
  };

  return {
    add(letter) {
      if (isOver) return;
      batch.push(letter);
      if (trouble !== undefined) {
        note(letter, trouble);
        if (trouble.bytes > mostWaitingBytes) giveUp();
      } else if (!isDue) {
        isDue = true;
        setImmediate(flush);
      }
    },
    flush,
    close,
  };
}
