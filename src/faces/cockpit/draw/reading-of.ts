import type { At, Seen } from "../page.ts";
import type { Content } from "./scroll.ts";
import { contentOf, type Entry, type Pane, type Reading } from "./entries.ts";

/** A transcript that is part of a page. */
export interface ReadingOf<S> {
  entries: (seen: Seen<S>) => readonly Entry[];
  pane: (seen: Seen<S>) => Pane;
  get: (state: S) => Reading;
  set: (state: S, reading: Reading) => S;
  /** The record of an entry, for the clipboard. */
  json?: (seen: Seen<S>, seq: number) => string | undefined;
  /** What is on record before the first entry, where that is not all here. */
  older?: {
    has: (state: S) => boolean;
    /** Settles when some more of it is there. False: it could not be had, or is being asked for already. */
    load: (at: At<S>) => Promise<boolean>;
  };
}

/** Its entries as rows. */
export const contentIn = <S>(of: ReadingOf<S>, seen: Seen<S>): Content =>
  contentOf(of.entries(seen), of.get(seen.state), of.pane(seen));
