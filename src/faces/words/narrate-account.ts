import { unreachable } from "../../base/fault.ts";
import type { AttentionItem } from "../../protocol/attention.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import { asksForAccount } from "../cli/account-question.ts";
import { spell } from "./amounts.ts";
import type { Style } from "./style.ts";

/** A word and a sentence that are worth a permanent line. */
interface AccountTelling {
  word: string;
  text: string;
  style: Style;
}

/** What happens to the account of the deck. */
export function narrateAccount(
  event: DeckEvent & { type: "account.limited" | "account.held" | "account.released" },
): AccountTelling | undefined {
  switch (event.type) {
    case "account.limited": {
      const { status, resets_at } = event.body;
      // That it is refused is told by the hold; that all is well needs no word.
      if (status === "allowed" || status === "rejected") return undefined;
      const until = resets_at === null ? "" : `, until ${new Date(resets_at).toISOString()}`;
      return { word: "limited", text: `near the usage limit (${status})${until}`, style: "warning" };
    }
    case "account.held": {
      const { reason, retry_at, tries } = event.body;
      const again = retry_at === null ? "" : `; next try in ${spell(retry_at - event.at)}, ${clockTime(retry_at)}`;
      const tried = tries === 0 ? "" : ` (tried in vain: ${tries})`;
      return { word: "HELD", text: `${reason}${again}${tried}`, style: "alarm" };
    }
    case "account.released":
      return {
        word: "free",
        text: `agents begin again, one by one, after ${spell(event.body.held_ms)}`,
        style: "good",
      };
    default:
      return unreachable(event);
  }
}

/** What the netrunner is to do about the account; undefined when there is nothing to do but wait. */
export const accountAsks = (item: AttentionItem): AccountTelling | undefined =>
  asksForAccount(item) ? { word: "NEEDS YOU", text: item.next, style: "alarm" } : undefined;

/** Local time to the minute, with the day. */
const clockTime = (at: number): string =>
  new Date(at).toLocaleString(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
