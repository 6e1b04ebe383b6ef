import type { HelpSection } from "./dialogs/help.ts";
import type { BoundAction } from "./mount.ts";

/** A page, or what is everywhere, with what can be done there by a key. */
export interface KeyedActions {
  title: string;
  actions: readonly BoundAction[];
}

/** On so many pages a key that moves does the same: it is told once. */
const leastShared = 3;

/** All keys by where they work: on the page in front, in lists of whatever page, everywhere, on the other pages. */
export function helpSections(
  front: KeyedActions,
  everywhere: KeyedActions,
  others: readonly KeyedActions[],
): HelpSection[] {
  const all = [front, ...others].flatMap(({ actions }) => actions);
  const moves = Map.groupBy(
    all.filter(({ isPlain }) => isPlain),
    signOf,
  );
  const isShared = (action: BoundAction): boolean => (moves.get(signOf(action))?.length ?? 0) >= leastShared;
  const own = ({ title, actions }: KeyedActions): HelpSection => ({
    title,
    actions: actions.filter((action) => !action.isPlain || !isShared(action)),
  });
  const shared = [...moves.values()].flatMap((same) => (same.length >= leastShared ? same.slice(0, 1) : []));
  const sections = [own(front), { title: "In lists and texts", actions: shared }, everywhere, ...others.map(own)];
  return sections.filter(({ actions }) => actions.length > 0);
}

const signOf = ({ title, keys }: BoundAction): string => `${title}\n${keys.join(" ")}`;
