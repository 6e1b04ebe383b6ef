import { systemClock, type Clock } from "../../base/clock.ts";
import { nodeLease, type LeaseTimes } from "../lease.ts";

export interface LifeParts {
  /** The id of this life: it is never used again. */
  boot: string;
  times: LeaseTimes;
  /** Asks the host for a renewal: whether it is granted. Rejects, or never settles, where no answer comes. */
  renew: (boot: string) => Promise<boolean>;
  /** Ends everything that works for the host, and says whether that is proven. */
  endAll: () => Promise<{ proven: boolean }>;
  /**
   * Hears with each renewal that is granted for how long what works for the host may go on without another one, milliseconds: for whoever
   * ends that when this process stands still. A moment longer than the lease, so that the process itself is first. Left out: nobody does.
   */
  mayActFor?: ((ms: number) => void) | undefined;
  clock?: Clock;
}

/** One life of a node, from its first lease until nothing of its work is left. There is no way back. */
export interface NodeLife {
  readonly boot: string;
  /** Settles with the first lease: true; false when there will be none. */
  readonly begun: Promise<boolean>;
  /** Whether anything may run now, by the clock and not by what timers have told. */
  mayAct(): boolean;
  /** Aborts when nothing may run any more, with the words for whoever had work on it. */
  readonly over: AbortSignal;
  /** Settles when all that it had is ended, or that cannot be proven. Nothing of a next life may begin before. */
  readonly ended: Promise<{ why: LifeEnd; proven: boolean }>;
  /** Ends it for the node's own reasons, because its host ends, or because that can be told nothing more. */
  end(why?: "own" | "farewell" | "outbox"): void;
}

export type LifeEnd =
  /** Nothing was heard of the host for so long that it has given the work away, or will. */
  | "silence"
  /** The host ends, and has said so. */
  | "farewell"
  /** The host does not know this life any more. */
  | "refused"
  /** What it has to say cannot be kept, or not be read again. */
  | "outbox"
  /** The node ends it. */
  | "own";

const endWords = {
  silence: "its node had no word from the deck for too long",
  farewell: "the host has ended",
  refused: "the deck has given up this life of its node",
  outbox: "its node could not keep what it had to say, or read it again",
  own: "its node was ended",
} as const satisfies Record<LifeEnd, string>;

/** Begins to ask for a lease, renews it for as long as it is granted, and ends everything when it is over. */
export function beginLife({
  boot,
  times,
  renew,
  endAll,
  mayActFor = () => undefined,
  clock = systemClock,
}: LifeParts): NodeLife {
  const lease = nodeLease(times);
  const over = new AbortController();
  const begun = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<{ why: LifeEnd; proven: boolean }>();
  let isBegun = false;
  let expiry: Disposable | undefined;

  const finish = (why: LifeEnd): void => {
    if (over.signal.aborted) return;
    lease.refused();
    over.abort(endWords[why]);
    expiry?.[Symbol.dispose]();
    begun.resolve(false);
    void endAll().then(
      ({ proven }) => ended.resolve({ why, proven }),
      () => ended.resolve({ why, proven: false }),
    );
  };
  const mayAct = (): boolean => {
    const holds = lease.holds(clock.monotonic());
    if (isBegun && !holds) finish("silence");
    return holds;
  };
  /** Looks when it would be over; a renewal in the meantime has put that off, and a timer may be early by a moment. */
  const watch = (askedAt: number): void => {
    expiry?.[Symbol.dispose]();
    const left = askedAt + times.nodeMs - clock.monotonic();
    expiry = clock.after(Math.max(0, Math.ceil(left)) + 1, () => {
      if (mayAct()) watch(askedAt);
    });
  };
  let granted = -Infinity;
  const hear = (askedAt: number, isGranted: boolean): void => {
    if (over.signal.aborted) return;
    if (!isGranted) return finish("refused");
    // One that had run out before stays so.
    if (isBegun && !mayAct()) return;
    lease.granted(askedAt);
    isBegun = true;
    if (!mayAct()) return;
    begun.resolve(true);
    // Answers may come out of their order.
    if (askedAt < granted) return;
    granted = askedAt;
    watch(askedAt);
    const first = Math.min(mostFirstMs, times.endMs / 4);
    mayActFor(Math.ceil(askedAt + times.nodeMs - clock.monotonic() + first));
  };
  const ask = (): void => {
    if (over.signal.aborted) return;
    const askedAt = clock.monotonic();
    clock.after(isBegun ? times.renewMs : Math.min(times.renewMs, beginMs), ask, over.signal);
    void renew(boot).then(
      (isGranted) => hear(askedAt, isGranted),
      () => "it is asked again, until it is over",
    );
  };
  ask();

  return {
    boot,
    begun: begun.promise,
    mayAct,
    over: over.signal,
    ended: ended.promise,
    end: (why = "own") => finish(why),
  };
}

/** How often a node asks that has no lease yet, at least, milliseconds: a first question that is lost must not keep it idle. */
const beginMs = 1000;

/**
 * So much time has the process itself to end what it has before anybody else does, milliseconds; of what there is for ending no more than a
 * part, as the other one needs some of that as well.
 */
const mostFirstMs = 1000;
