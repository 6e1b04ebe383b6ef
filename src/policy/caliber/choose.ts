import type { Caliber } from "../../protocol/caliber.ts";

/** What somebody says of a caliber; what is left out is left to the others. */
interface CaliberWish {
  model?: string | undefined;
  effort?: Caliber["effort"] | undefined;
}

/** Who may say on what a construct runs. What somebody leaves open, the next one decides. */
export interface CaliberWishes {
  /** What the netrunner has fixed for all constructs. */
  netrunner?: CaliberWish | undefined;
  daemon?: CaliberWish | undefined;
  profile?: CaliberWish | undefined;
  /** What holds when nobody says anything. */
  deck: Caliber;
}

/** The caliber that is asked for: the netrunner's word first, then the daemon's, the profile's, the deck's. */
export function chooseCaliber({ netrunner, daemon, profile, deck }: CaliberWishes): Caliber {
  return {
    model: netrunner?.model ?? named(daemon?.model) ?? profile?.model ?? deck.model,
    effort: netrunner?.effort ?? daemon?.effort ?? profile?.effort ?? deck.effort,
  };
}

/** A model that writes an empty name means none. */
const named = (model: string | undefined): string | undefined => model?.trim() || undefined;
