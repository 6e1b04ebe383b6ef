import type { CanaryResult } from "../engine/gate/canary.ts";

/** The trials of the gate that a deck makes, one at a time; runs that open together share one. */
export interface CanaryDesk {
  /** @param who the run that waits for it */
  start(who: string): Promise<CanaryResult>;
  /**
   * This run does not wait any more; a trial for which nobody waits is ended. Resolves when nothing of it is left; the next
   * one may be started then.
   */
  leave(who: string): Promise<void>;
  /** Nobody waits any more. */
  stop(): Promise<void>;
}

export function canaryDesk(canary: (signal: AbortSignal) => Promise<CanaryResult>): CanaryDesk {
  const waiting = new Set<string>();
  let leaving = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  let current: Promise<CanaryResult> | undefined;

  const begin = async (before: Promise<unknown>, signal: AbortSignal): Promise<CanaryResult> => {
    // What was broken off is still leaving.
    await before;
    const result = await canary(signal);
    if (!signal.aborted) {
      current = undefined;
      waiting.clear();
    }
    return result;
  };
  const stop = async (): Promise<void> => {
    waiting.clear();
    current = undefined;
    leaving.abort();
    leaving = new AbortController();
    await last;
  };
  return {
    start(who) {
      waiting.add(who);
      if (current === undefined) {
        current = begin(last, leaving.signal);
        last = current;
      }
      return current;
    },
    async leave(who) {
      if (waiting.delete(who) && waiting.size === 0) await stop();
    },
    stop,
  };
}
