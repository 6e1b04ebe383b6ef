import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { Link } from "../hub/hub.ts";

export interface EnteringParts<T> {
  enter: () => Promise<T>;
  /** How the link is, and how often it has changed so far. */
  link: () => { state: Link; turns: number };
  /** Hears why it does not get in, where the link is not the reason; the same reason once. */
  tell: (error: unknown) => void;
  /** Between two attempts. */
  pauses: { leastMs: number; mostMs: number };
  signal: AbortSignal;
}

/**
 * Enters the list of a fleet again and again, until it is in; undefined: it was to end before. While the link is down, which is told as such,
 * nothing is tried. Rejects when somebody else has the name.
 */
export async function untilEntered<T>({ enter, link, tell, pauses, signal }: EnteringParts<T>): Promise<T | undefined> {
  let told: string | undefined;
  for (let waitMs = pauses.leastMs; !signal.aborted;) {
    const { state, turns } = link();
    if (state === "down") {
      waitMs = pauses.leastMs;
      await pause(waitMs, signal);
      continue;
    }
    try {
      return await enter();
    } catch (error) {
      if (error instanceof Fault && error.code === "hub.name_taken") throw error;
      const why = messageOf(error);
      // Of an attempt during which the link broke, the link has told.
      if (link().turns === turns && why !== told) {
        told = why;
        tell(error);
      }
    }
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, pauses.mostMs);
  }
  return undefined;
}
