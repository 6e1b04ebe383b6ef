import type { BrakeContext, DeckFolders } from "../brake/context.ts";
import { isWithin } from "./within.ts";

/** Every deck whose folders lie on this machine, as far as it is known: the own one first. */
export const decksOf = ({
  deckHome,
  runFolder,
  otherDecks = [],
}: Pick<BrakeContext, "deckHome" | "runFolder" | "otherDecks">): readonly DeckFolders[] => [
  { deckHome, runFolder },
  ...otherDecks,
];

/** Whether a path belongs to a deck and to none of its runs. */
export const isOfDeck = (path: string, context: BrakeContext): boolean =>
  decksOf(context).some(({ deckHome }) => isWithin(path, deckHome) && !isWithin(path, `${deckHome}/runs`));
