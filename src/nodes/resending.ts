/**
 * When what was said in a conversation, and is not acknowledged, is said again. Pure; times are milliseconds of a monotonic clock.
 *
 * A silence mostly means that the other side is behind, and more letters would put it further behind. So after a while one letter is said
 * again, and asks for an answer at once; the next time after twice as long. A link keeps the order of what is said, so whatever the
 * answer does not count is lost, and is said again, so much in one go. What the other side tells to be missing is said again at once.
 */
export interface Resending {
  /** This number was said for the first time. */
  said(n: number, now: number): void;
  /** The other side tells how far it is. Gives what is to be said again at once. */
  told(word: Heard, now: number): Again | undefined;
  /** The link is up: whatever was under way may be lost. */
  up(now: number): void;
  /** What is to be said again now, as nothing was heard for so long. */
  due(now: number): Again | undefined;
  /** When something will be due; Infinity: nothing is left. */
  readonly at: number;
}

/** How far the other side is. What it has heard, it will deal with and then acknowledge; what it has `taken` may be forgotten. */
export interface Heard {
  taken: number;
  /** Everything up to here has arrived. */
  heard?: number | undefined;
  /** This number has arrived as well, and what is between is missing. */
  gap?: number | undefined;
  /** It has heard the letter that asked with this number. */
  answers?: number | undefined;
}

/** The letters after this number, up to that one; the last of them asks for an answer, with a number of its own. */
export interface Again {
  after: number;
  upTo: number;
  asks: number;
}

export interface ResendingTimes {
  /** How long an acknowledgement is waited for at first, and at most, milliseconds. */
  firstMs: number;
  mostMs: number;
  /** So many letters in one go. */
  most: number;
}

/** What all of a fleet go by. */
export const usualResending: ResendingTimes = { firstMs: 1000, mostMs: 10_000, most: 32 };

export function resending({ firstMs, mostMs, most }: ResendingTimes = usualResending): Resending {
  let [last, taken, heard] = [0, 0, 0];
  let at = Infinity;
  let waitMs = firstMs;
  /** When this one was said, for the first time and not again since: how long the other side takes shows by it. */
  let sample: { n: number; at: number } | undefined;
  let asks = 0;
  /** All up to here was said before the letter that asked last. */
  let goal = 0;
  /** The hole behind this number was told. */
  let gapAt = -1;

  const sayAgain = (after: number, upTo: number): Again => {
    asks += 1;
    if (sample !== undefined && sample.n <= upTo) sample = undefined;
    return { after, upTo: Math.min(upTo, after + most), asks };
  };

  return {
    said(n, now) {
      last = Math.max(last, n);
      sample ??= { n, at: now };
      if (at === Infinity) at = now + waitMs;
    },
    told(word, now) {
      // Who acknowledges what was not said must not make us forget what comes.
      if (word.taken > last || (word.heard ?? 0) > last) return undefined;
      const before = heard + taken;
      taken = Math.max(taken, word.taken);
      heard = Math.max(heard, taken, word.heard ?? 0);
      if (sample !== undefined && heard >= sample.n) {
        // Who takes longer is behind, and is waited for longer.
        waitMs = Math.min(Math.max(2 * (now - sample.at), firstMs), mostMs);
        sample = undefined;
      }
      if (heard + taken > before) at = taken < last ? now + waitMs : Infinity;
      const isNow = (word.heard ?? word.taken) === heard;
      const hole =
        isNow && word.gap !== undefined && word.gap <= last && word.gap > heard + 1 ? word.gap - 1 : undefined;
      if (word.answers === asks && heard < goal) return sayAgain(heard, hole ?? goal);
      if (hole === undefined || gapAt === heard) return undefined;
      // Once for each hole: what is lost of that again is for the clock.
      gapAt = heard;
      goal = Math.max(goal, hole);
      return sayAgain(heard, hole);
    },
    up(now) {
      if (taken >= last) return;
      at = now;
      waitMs = firstMs;
    },
    due(now) {
      if (now < at || taken >= last) return undefined;
      at = now + waitMs;
      waitMs = Math.min(waitMs * 2, mostMs);
      goal = last;
      gapAt = -1;
      // One that has heard all of it is asked by the oldest what it has taken.
      const after = heard < last ? heard : taken;
      return sayAgain(after, after + 1);
    },
    get at() {
      return at;
    },
  };
}
