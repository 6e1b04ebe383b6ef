import type { CanaryResult } from "../engine/gate/canary.ts";

/** The trials of the gate that a deck makes, one at a time. */
export interface CanaryDesk {
  start(): Promise<CanaryResult>;
  /** Ends the one that is under way, if any. Resolves when nothing of it is left; the next one may be started then. */
  stop(): Promise<void>;
}

export function canaryDesk(canary: (signal: AbortSignal) => Promise<CanaryResult>): CanaryDesk {
  let leaving = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  return {
    start() {
      const trial = canary(leaving.signal);
      last = trial;
      return trial;
    },
    async stop() {
      leaving.abort();
      leaving = new AbortController();
      await last;
    },
  };
}
