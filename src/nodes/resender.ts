import type { Clock } from "../base/clock.ts";
import { addressKey, type Address } from "./wire/letters.ts";
import { resending, type Again, type Heard, type Resending, type ResendingTimes } from "./resending.ts";

export interface ResenderParts {
  clock: Clock;
  /** Says this much of a conversation once more; it may be lost again. */
  say: (to: Address, again: Again) => void;
  times?: ResendingTimes | undefined;
  /** So many letters of all conversations in one go; more follow after `restMs`. */
  most?: number;
  restMs?: number;
}

/** Has all conversations of one side say again what is not acknowledged, each when it is due. */
export interface Resender {
  /** This number was said for the first time. */
  said(to: Address, n: number): void;
  /** The other side tells how far it is with one. */
  told(to: Address, word: Heard): void;
  /** The link is up, or is another one. */
  up(): void;
  /** Nothing of it is said again. */
  forget(to: Address): void;
  close(): void;
}

/** One that has a whole fleet to tell must not be all that its other side reads. */
const mostInOneGo = 256;
const betweenGoesMs = 50;

export function resender({ clock, say, times, most = mostInOneGo, restMs = betweenGoesMs }: ResenderParts): Resender {
  const all = new Map<string, { to: Address; resending: Resending }>();
  let look: { at: number; timer: Disposable } | undefined;
  let isClosed = false;

  const lookAt = (at: number): void => {
    if (isClosed || at === Infinity || (look !== undefined && look.at <= at)) return;
    look?.timer[Symbol.dispose]();
    look = { at, timer: clock.after(Math.max(1, Math.ceil(at - clock.monotonic())), sayDue) };
  };
  const sayDue = (): void => {
    look = undefined;
    const now = clock.monotonic();
    let left = most;
    for (const one of all.values()) {
      if (left <= 0) break;
      const again = one.resending.due(now);
      if (again === undefined) continue;
      left -= again.upTo - again.after;
      say(one.to, again);
    }
    let next = Infinity;
    for (const one of all.values()) next = Math.min(next, one.resending.at);
    // What was left out stays due.
    lookAt(left <= 0 ? Math.max(next, now + restMs) : next);
  };

  return {
    said(to, n) {
      if (isClosed) return;
      const key = addressKey(to);
      const one = all.get(key) ?? { to, resending: resending(times) };
      all.set(key, one);
      one.resending.said(n, clock.monotonic());
      lookAt(one.resending.at);
    },
    told(to, word) {
      const one = all.get(addressKey(to));
      if (one === undefined || isClosed) return;
      const again = one.resending.told(word, clock.monotonic());
      if (again !== undefined) say(to, again);
      lookAt(one.resending.at);
    },
    up() {
      const now = clock.monotonic();
      for (const one of all.values()) {
        one.resending.up(now);
        lookAt(one.resending.at);
      }
    },
    forget: (to) => void all.delete(addressKey(to)),
    close() {
      isClosed = true;
      look?.timer[Symbol.dispose]();
      all.clear();
    },
  };
}
