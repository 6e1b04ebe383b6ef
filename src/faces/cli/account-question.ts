import { inert } from "../../base/text.ts";
import type { AccountHold } from "../../protocol/account.ts";
import type { AttentionItem } from "../../protocol/attention.ts";
import type { Command } from "../../protocol/command.ts";
import type { RunView } from "../../protocol/view.ts";

/** Whether an item is about what only the netrunner can end for all agents. */
export const asksForAccount = ({ kind }: AttentionItem): boolean =>
  kind === "account.credential" || kind === "account.correlated";

/** What the netrunner is asked then. */
export const accountQuestion = (item: AttentionItem): string =>
  [inert(item.text), inert(item.next), "g  go on", "s  stop here, to go on later"].join("\n");

/** What the netrunner typed, as a command; undefined when it is neither answer. */
export function readAccountAnswer(text: string, item: AttentionItem): Command | undefined {
  const word = text.trim().toLowerCase();
  if (word === "g" || word === "go") return { type: "account.release" };
  return word === "s" || word === "stop"
    ? { type: "stop", status: "paused", reason: item.text, force: false }
    : undefined;
}

/** So often is a try in vain before a command without a netrunner gives up, where nobody knows how long it takes: over an hour. */
const mostTries = 10;

/**
 * Whether a command ends because of what holds all agents up: where only the netrunner could help and nobody is there, and
 * where he does not want to wait. A usage limit whose end is known is waited for.
 */
export function endsCommand(hold: AccountHold, view: RunView, how: { isWatched: boolean; waits: boolean }): boolean {
  if (!how.waits && hold.kind !== "overload") return true;
  if (how.isWatched) return false;
  if (hold.kind === "credential") return true;
  if (hold.kind !== "correlated") return hold.resets_at === null && hold.tries > mostTries;
  // With nothing left to start, the run of tasks ends by itself, and says how.
  return (
    view.kind === "goal" ||
    Object.values(view.constructs).some(({ state }) => state === "queued" || state === "suspended")
  );
}
