import { answersTo, type Answers } from "./attention/answers.ts";
import type { Chrome } from "./frame.ts";
import { keyName, keysOf, type OwnKeys } from "./keymap.ts";
import type { Need } from "./model/need.ts";
import type { BoundAction } from "./mount.ts";
import type { Focus } from "./page.ts";

/**
 * Keys that are of use at the moment: how what waits under the cursor is answered, what the page offers, what is done everywhere, then
 * what is seldom wanted; at last the way to all others.
 * @param focus whether all that an answer needs is in view
 */
export function hintsOf(
  actions: readonly BoundAction[],
  keys: OwnKeys,
  need: Need | undefined,
  { isSeen, isForGoodSeen }: Focus,
): Chrome["hints"] {
  const answers = need === undefined ? {} : answersTo(need);
  const told = new Set<string>();
  const hints = actions.flatMap((action): { rank: number; hint: readonly [string, string] }[] => {
    const [key] = keysOf(action, keys);
    // A key of the page hides what it does elsewhere.
    if (key === undefined || action.isPlain || told.has(key) || !action.can()) return [];
    told.add(key);
    const way = ways[action.id];
    const answer = way === undefined ? undefined : answers[way];
    if (way !== undefined && answer === undefined) return [];
    const isUnseen =
      (way === "yes" || way === "always") && (isSeen !== true || (way === "always" && isForGoodSeen === false));
    const title = isUnseen ? "see all of it" : (answer?.word ?? action.title);
    return [{ rank: rankOf(action, way), hint: [keyName(key), title] }];
  });
  return hints.toSorted((one, other) => one.rank - other.rank).map(({ hint }) => hint);
}

const ways: Readonly<Record<string, keyof Answers>> = {
  "need.answer": "yes",
  "need.refuse": "no",
  "need.refuse_note": "note",
  "need.allow_pattern": "always",
};

function rankOf({ id, isRare }: BoundAction, way: keyof Answers | undefined): number {
  if (way === "yes" || way === "no") return 0;
  // Whatever there is room for, the way to the others is there.
  if (id === "cockpit.help") return 3;
  return isRare ? 2 : 1;
}
