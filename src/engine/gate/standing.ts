import type { Verdict } from "../../protocol/verdict.ts";

/** How a construct stands at its gate. `paused`: its calls wait; `frozen`: its processes are stopped too; `ending`: for good. */
export type StandingState = "open" | "paused" | "frozen" | "ending";

/** Whether one construct may act at all: asked before anything else is. */
export interface Standing {
  readonly state: StandingState;
  /** Paused or frozen: it may act again one day, but not now. */
  readonly isHalted: boolean;
  /** Aborts when the end has begun. */
  readonly ending: AbortSignal;
  /** These say whether anything has changed. A frozen construct cannot be paused, and an end is never taken back. */
  readonly pause: () => boolean;
  readonly freeze: () => boolean;
  readonly open: () => boolean;
  readonly end: () => boolean;
  /** Asked when a call comes: the verdict that bars it, or undefined. While the construct is paused, the call waits. */
  admit(): Promise<Verdict | undefined>;
  /** Asked again of a call that has waited for something else: here it also waits for a frozen construct. */
  readmit(): Promise<Verdict | undefined>;
}

export function newStanding(): Standing {
  const end = new AbortController();
  let state: StandingState = "open";
  let next = Promise.withResolvers<void>();

  const become = (from: readonly StandingState[], to: StandingState): boolean => {
    if (!from.includes(state)) return false;
    state = to;
    next.resolve();
    next = Promise.withResolvers();
    return true;
  };
  const isHalted = (): boolean => state === "paused" || state === "frozen";

  const settled = async (): Promise<Verdict | undefined> => {
    while (isHalted()) await next.promise;
    return state === "ending" ? ending : undefined;
  };

  return {
    get state() {
      return state;
    },
    get isHalted() {
      return isHalted();
    },
    ending: end.signal,
    pause: () => become(["open"], "paused"),
    freeze: () => become(["open", "paused"], "frozen"),
    open: () => become(["paused", "frozen"], "open"),
    end() {
      const isNew = become(["open", "paused", "frozen"], "ending");
      end.abort();
      return isNew;
    },
    admit: () => (state === "frozen" ? Promise.resolve(frozen) : settled()),
    readmit: settled,
  };
}

/** What bars every call of a construct that is on its way out. */
export const ending: Verdict = {
  decision: "deny",
  rule: "construct.ending",
  reason: "This construct is being stopped.",
};

const frozen: Verdict = {
  decision: "deny",
  rule: "construct.frozen",
  reason: "This construct is frozen, so nothing of it runs until it is continued.",
};
