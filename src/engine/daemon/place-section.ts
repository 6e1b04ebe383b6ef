import { oneLine } from "../../base/text.ts";
import type { PoolLine } from "../../protocol/place.ts";

/** What the daemon is told of other machines; nothing where the deck has its own alone. */
export function placeSection(pools: readonly PoolLine[] | undefined): string {
  if (pools === undefined) return "";
  const sorted = pools.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const lines = sorted.map(({ name, labels }) => `- ${oneLine(name, 64)}: ${labels.toSorted().join(", ") || "none"}`);
  return `

# Places
Constructs run on this machine and on others. Pools of those that are up (name: labels that there are in it):
${lines.length === 0 ? "- none now" : lines.join("\n")}
Omit "pool" and "labels": the deck finds a place. Name them only where a task needs such a machine; "here" is this one, and only a machine that has all of the labels is taken. A construct for which there is no place waits, and "IN FLIGHT" says why. Where the netrunner has fixed a place, that holds whatever you pick.`;
}
