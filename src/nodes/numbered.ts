/**
 * One direction of a conversation over a transport that may lose, repeat and reorder: numbered from 1, each taken once and in order.
 * Pure: who has it sends, stores and waits.
 */
export interface Outgoing<T> {
  /** Gives the next number to what is to be said. */
  push(body: T): Numbered<T>;
  /** What has not been acknowledged, in order: to be sent again after a while, or over a new link. */
  readonly pending: readonly Numbered<T>[];
  /** Everything up to this number has arrived; an older word of it changes nothing. */
  taken(upTo: number): void;
}

export interface Numbered<T> {
  n: number;
  body: T;
}

/** @param left what an earlier life of this process had said and was not acknowledged; `last`: the number that it gave last */
export function outgoing<T>(left: readonly Numbered<T>[] = [], last = 0): Outgoing<T> {
  let pending = [...left];
  let given = Math.max(last, ...left.map(({ n }) => n));
  return {
    push(body) {
      given += 1;
      const numbered = { n: given, body };
      pending.push(numbered);
      return numbered;
    },
    get pending() {
      return pending;
    },
    taken(upTo) {
      // The rule is that nobody acknowledges what was not said; who does must not make us forget what comes.
      if (upTo > given) return;
      pending = pending.filter(({ n }) => n > upTo);
    },
  };
}

export interface Incoming<T> {
  /** Gives what can be taken now, in order; nothing for what has been taken before, or has to wait for what is missing. */
  take(numbered: Numbered<T>): T[];
  /** The number up to which all has been taken. */
  readonly taken: number;
  /** What waits for something that is missing. */
  readonly waiting: number;
  /** The lowest number of what waits. */
  readonly next: number | undefined;
}

/**
 * @param taken the number up to which an earlier life has taken it
 * @param mostWaiting so much is held while something is missing; what comes beyond that is dropped, and comes again
 */
export function incoming<T>(taken = 0, mostWaiting = 1000): Incoming<T> {
  const early = new Map<number, T>();
  let upTo = taken;
  return {
    take({ n, body }) {
      if (n <= upTo || early.has(n)) return [];
      if (n > upTo + 1) {
        if (n - upTo <= mostWaiting) early.set(n, body);
        return [];
      }
      const ready = [body];
      upTo = n;
      for (let next = early.get(upTo + 1); early.delete(upTo + 1); next = early.get(upTo + 1)) {
        upTo += 1;
        // It was there, or `delete` had said no.
        ready.push(next as T);
      }
      return ready;
    },
    get taken() {
      return upTo;
    },
    get waiting() {
      return early.size;
    },
    get next() {
      return early.size === 0 ? undefined : Math.min(...early.keys());
    },
  };
}
