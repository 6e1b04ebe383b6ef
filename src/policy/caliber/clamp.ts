import { efforts, type Effort } from "../../protocol/caliber.ts";

/**
 * The effort that a model runs on when this one is asked for: the same, else the nearest lower one that it has, else its
 * lowest. A model without efforts ignores the word, so it stays.
 */
export function clampEffort(has: readonly Effort[], asked: Effort): Effort {
  const rank = (effort: Effort): number => efforts.indexOf(effort);
  const ordered = [...has].sort((one, other) => rank(one) - rank(other));
  return ordered.findLast((effort) => rank(effort) <= rank(asked)) ?? ordered[0] ?? asked;
}
