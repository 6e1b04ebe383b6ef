import { pause, type Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";

export interface Patience {
  clock: Clock;
  /** How long it is tried again, and the pause in between, milliseconds. */
  tryMs: number;
  againMs: number;
  over: AbortSignal;
}

/** Does something over the hub; tries again for a while what the link, or a store without room, has kept from going well. */
export async function patiently<T>(work: () => Promise<T>, { clock, tryMs, againMs, over }: Patience): Promise<T> {
  const until = clock.monotonic() + tryMs;
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (over.aborted || clock.monotonic() >= until || !mayPass(error)) throw error;
      await pause(againMs, over);
    }
}

const mayPass = (error: unknown): boolean =>
  error instanceof Fault && error.code.startsWith("hub.") && (error.kind === "setup" || error.kind === "storage");
