import { troubleWords, type AccountHold, type AccountTrouble } from "../../protocol/account.ts";
import type { Place } from "./apart.ts";

/** With the place, where that is another machine. */
export const on = (text: string, place: Place | undefined): string =>
  typeof place === "string" ? `${text} on ${place}` : text;

/** How a trouble is told to people: why agents are held up, and what this one met. */
export function told(
  kind: AccountTrouble,
  who: string,
  words: string,
  place: Place | undefined,
): Pick<AccountHold, "reason"> & { evidence: string } {
  const what = troubleWords[kind];
  const reason = `${on(`${what.charAt(0).toUpperCase()}${what.slice(1)}`, place)}: ${words}`;
  return { reason, evidence: `${on(who, place)}: ${words}` };
}
