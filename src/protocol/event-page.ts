import type { DeckEvent, EventType } from "./event.ts";

/** The most events that are listed at a time. */
export const mostListed = 500;

/** Which events of a run are wanted. With `after`, the first ones after it; without, the latest ones, or those before `before`. */
export interface EventsWanted {
  /** About this construct alone, what it has used included. */
  construct?: string | undefined;
  types?: readonly EventType[] | undefined;
  before?: number | undefined;
  after?: number | undefined;
  limit: number;
}

/** Events, oldest first; `more`: there are others in the direction in which they are listed. */
export interface EventPage {
  events: DeckEvent[];
  more: boolean;
}
