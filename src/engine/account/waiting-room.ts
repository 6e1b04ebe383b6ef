import type { Place } from "./apart.ts";

/** Those who wait for the account, in the order in which they came. */
export interface WaitingRoom {
  /** How many wait as long as it takes. */
  readonly lasting: number;
  wait(waiter: Waiter, signal: AbortSignal): Promise<boolean>;
  /** Lets in who may begin now; sends away those who do not wait for ever when it has become useless. */
  admit(door: Door): void;
}

export interface Waiter {
  who: string;
  /** That it is on. */
  place: Place;
  isLasting: boolean;
}

export interface Door {
  mayBegin: (waiter: Waiter) => boolean;
  begin: (waiter: Waiter) => void;
  isUseless: boolean;
}

export function waitingRoom(): WaitingRoom {
  const waiting = new Set<Waiter & { settle: (mayBegin: boolean) => void }>();
  return {
    get lasting() {
      return [...waiting].filter(({ isLasting }) => isLasting).length;
    },
    wait(who, signal) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const giveUp = (): void => settle(false);
      const settle = (mayBegin: boolean): void => {
        waiting.delete(waiter);
        signal.removeEventListener("abort", giveUp);
        resolve(mayBegin);
      };
      const waiter = { ...who, settle };
      waiting.add(waiter);
      signal.addEventListener("abort", giveUp, { once: true });
      return promise;
    },
    admit({ mayBegin, begin, isUseless }) {
      for (const waiter of waiting) {
        if (mayBegin(waiter)) {
          begin(waiter);
          waiter.settle(true);
        } else if (isUseless && !waiter.isLasting) waiter.settle(false);
      }
    },
  };
}
