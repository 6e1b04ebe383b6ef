/** Those who wait for the account, in the order in which they came. */
export interface WaitingRoom {
  /** How many wait as long as it takes. */
  readonly lasting: number;
  wait(who: string, signal: AbortSignal, isLasting: boolean): Promise<boolean>;
  /** Lets in who may begin now; sends away those who do not wait for ever when it has become useless. */
  admit(door: { mayBegin: () => boolean; begin: (who: string) => void; isUseless: boolean }): void;
}

export function waitingRoom(): WaitingRoom {
  const waiting = new Set<{ who: string; isLasting: boolean; settle: (mayBegin: boolean) => void }>();
  return {
    get lasting() {
      return [...waiting].filter(({ isLasting }) => isLasting).length;
    },
    wait(who, signal, isLasting) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const giveUp = (): void => settle(false);
      const settle = (mayBegin: boolean): void => {
        waiting.delete(waiter);
        signal.removeEventListener("abort", giveUp);
        resolve(mayBegin);
      };
      const waiter = { who, isLasting, settle };
      waiting.add(waiter);
      signal.addEventListener("abort", giveUp, { once: true });
      return promise;
    },
    admit({ mayBegin, begin, isUseless }) {
      for (const waiter of waiting) {
        if (mayBegin()) {
          begin(waiter.who);
          waiter.settle(true);
        } else if (isUseless && !waiter.isLasting) waiter.settle(false);
      }
    },
  };
}
