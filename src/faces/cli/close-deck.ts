import { pause } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import type { OpenDeck } from "./world.ts";

/** Closes a deck and says so when that fails or takes too long: then something may still be alive. */
export async function closeDeck(deck: OpenDeck, mostMs: number, tell: (text: string) => void): Promise<void> {
  const waiting = new AbortController();
  const closed = deck.close().then(
    () => undefined,
    (error: unknown) => `the deck did not close well: ${messageOf(error)}`,
  );
  const late = pause(mostMs, waiting.signal).then(() => `the deck did not close within ${mostMs / 1000} s`);
  const trouble = await Promise.race([closed, late]);
  waiting.abort();
  if (trouble !== undefined)
    tell(`${trouble}. Some agent processes may be left: the next start on this home ends them.`);
}
