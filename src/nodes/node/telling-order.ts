import { setImmediate as nextTurn } from "node:timers/promises";
import { mutex } from "../../base/mutex.ts";

/** What is told in its order: what one of it has to wait for delays all that comes behind it. */
export interface TellingOrder {
  /** Tells it when all that came before is told. */
  tell(telling: () => Promise<void>): void;
  /** Resolves when all that has come until now is told, or the signal aborts. Never rejects. */
  toldBefore(over: AbortSignal): Promise<void>;
  /** The same, however long that takes. */
  toldAll(): Promise<void>;
}

export function tellingOrder(): TellingOrder {
  const inOrder = mutex();
  const toldAll = (): Promise<void> => inOrder(() => Promise.resolve());
  return {
    tell: (telling) => void inOrder(telling),
    async toldBefore(over) {
      // What has just come is on its way to here, in this turn of the event loop.
      await nextTurn();
      if (over.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const enough = (): void => resolve();
      over.addEventListener("abort", enough, { once: true });
      void toldAll().then(enough);
      await promise;
      over.removeEventListener("abort", enough);
    },
    toldAll,
  };
}
