import type { Action, At, Seen } from "../page.ts";

/** The cursor of a list, by the id of its entry, so that it stays where it is when others come and go. */
export interface Listing {
  cursor: string | null;
  /** The cursor's place when it was last moved: where it goes on when its entry is gone. */
  place: number;
}

export const newListing: Listing = { cursor: null, place: 0 };

/** The place of the cursor among the entries as they are now; -1 when there are none. */
export function placeIn(ids: readonly string[], { cursor, place }: Listing): number {
  const at = cursor === null ? -1 : ids.indexOf(cursor);
  return at >= 0 ? at : Math.min(place, ids.length - 1);
}

export const cursorIn = (ids: readonly string[], listing: Listing): string | undefined => ids[placeIn(ids, listing)];

export function movedTo(ids: readonly string[], place: number): Listing {
  const to = Math.max(0, Math.min(ids.length - 1, place));
  return { cursor: ids[to] ?? null, place: to };
}

/** The first entry to show so that the cursor is in view, near the middle when the list is long. */
export function firstShown(count: number, place: number, rows: number): number {
  return Math.max(0, Math.min(count - rows, place - Math.floor(rows / 2)));
}

/** The keys of a list: w s and arrows, pages, ends, and a number for the Nth entry. */
export function listActions<S>(
  page: string,
  of: { ids: (seen: Seen<S>) => readonly string[]; get: (state: S) => Listing; set: (state: S, listing: Listing) => S },
): Action<S>[] {
  const move = (
    id: string,
    title: string,
    keys: string[],
    to: (place: number, rows: number, count: number, key: string) => number,
  ): Action<S> => ({
    id: `${page}.${id}`,
    title,
    keys,
    isPlain: true,
    can: (seen) => of.ids(seen).length > 0,
    run: (at: At<S>) => {
      const ids = of.ids(at);
      return of.set(at.state, movedTo(ids, to(placeIn(ids, of.get(at.state)), at.size.rows - 3, ids.length, at.key)));
    },
  });
  return [
    move("up", "up", ["w", "up"], (place) => place - 1),
    move("down", "down", ["s", "down"], (place) => place + 1),
    move("page_up", "page up", ["pageUp"], (place, rows) => place - rows),
    move("page_down", "page down", ["pageDown"], (place, rows) => place + rows),
    move("first", "first", ["home"], () => 0),
    move("last", "last", ["end"], (_place, _rows, count) => count - 1),
    move("nth", "to number 1 … 9", Array.from("123456789"), (_place, _rows, _count, key) => Number(key) - 1),
  ];
}
