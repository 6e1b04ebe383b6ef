/** A row of a text that is made of numbered entries. */
export interface Spot {
  /** Of the entry. */
  seq: number;
  /** Within the entry, from 0. */
  row: number;
}

/**
 * Where a reader is in a text that grows at its end. Places are held by the entry's number, so that the picture stays where it is when
 * entries come at the end, or older ones before the first.
 */
export type Scroll = { follows: true } | { follows: false; top: Spot; cursor: Spot };

/** Shows the end, whatever comes. */
export const following: Scroll = { follows: true };

/** Entries by their place; how many rows one takes is asked only for those in view. */
export interface Content {
  readonly count: number;
  /** Rising with the place. */
  seqAt: (place: number) => number;
  rowsAt: (place: number) => number;
}

/** What is in view: rows in order, and the one with the cursor. */
export interface Shown {
  rows: readonly { place: number; row: number }[];
  /** Index into `rows`; undefined while the end is followed. */
  cursor: number | undefined;
  /** There is more above, or below. */
  isCutAbove: boolean;
  isCutBelow: boolean;
}

export function shownOf(content: Content, scroll: Scroll, height: number): Shown {
  const first = topOf(content, scroll, height);
  const rows: { place: number; row: number }[] = [];
  let at: Position | undefined = first;
  while (at !== undefined && rows.length < height) {
    rows.push(at);
    at = next(content, at);
  }
  const cursor = scroll.follows ? -1 : rows.findIndex((row) => isAt(row, positionOf(content, scroll.cursor)));
  return {
    rows,
    cursor: cursor === -1 ? undefined : cursor,
    isCutAbove: first !== undefined && (first.place > 0 || first.row > 0),
    isCutBelow: at !== undefined,
  };
}

/** The cursor moved by so many rows, the picture with it where that is needed; at the last row, the end is followed again. */
export function movedBy(content: Content, scroll: Scroll, height: number, by: number): Scroll {
  const end = lastOf(content);
  if (end === undefined) return following;
  const from = scroll.follows ? end : positionOf(content, scroll.cursor);
  const cursor = walked(content, from, by);
  if (by > 0 && isAt(cursor, end)) return following;
  const top = topOf(content, scroll, height) ?? end;
  return settled(content, top, cursor, height);
}

/** The picture and the cursor moved alike, by a page. */
export function pagedBy(content: Content, scroll: Scroll, height: number, by: number): Scroll {
  const end = lastOf(content);
  if (end === undefined) return following;
  const cursor = walked(content, scroll.follows ? end : positionOf(content, scroll.cursor), by);
  if (by > 0 && isAt(cursor, end)) return following;
  const lowest = topOf(content, following, height) ?? end;
  const top = walked(content, topOf(content, scroll, height) ?? end, by);
  return settled(content, isBefore(lowest, top) ? lowest : top, cursor, height);
}

/** The wheel: the picture moves, and the cursor only as far as it has to. */
export function rolledBy(content: Content, scroll: Scroll, height: number, by: number): Scroll {
  const top = topOf(content, scroll, height);
  const end = lastOf(content);
  if (top === undefined || end === undefined) return following;
  const moved = walked(content, top, by);
  const lowest = topOf(content, following, height) ?? end;
  if (by > 0 && !isBefore(moved, lowest)) return following;
  const bottom = walked(content, moved, height - 1);
  const before = scroll.follows ? bottom : positionOf(content, scroll.cursor);
  const cursor = isBefore(before, moved) ? moved : isBefore(bottom, before) ? bottom : before;
  return { follows: false, top: spotOf(content, moved), cursor: spotOf(content, cursor) };
}

export function toStart(content: Content): Scroll {
  if (content.count === 0) return following;
  const first = { seq: content.seqAt(0), row: 0 };
  return { follows: false, top: first, cursor: first };
}

/** The cursor on an entry, which is brought to the middle where it is not in view. */
export function toEntry(content: Content, scroll: Scroll, height: number, seq: number): Scroll {
  if (content.count === 0) return following;
  const cursor = positionOf(content, { seq, row: 0 });
  const { rows } = shownOf(content, scroll, height);
  const top = rows.some((row) => isAt(row, cursor)) ? rows[0] : walked(content, cursor, -Math.floor(height / 2));
  return settled(content, top ?? cursor, cursor, height);
}

/** The number of the entry with the cursor: while the end is followed, the last one. */
export function entryAt(content: Content, scroll: Scroll): number | undefined {
  if (content.count === 0) return undefined;
  return scroll.follows ? content.seqAt(content.count - 1) : content.seqAt(positionOf(content, scroll.cursor).place);
}

/** The place of what has this number in a list whose numbers rise; the place where it would be, when it is not there. */
export function placeOfSeq(count: number, seqAt: (place: number) => number, seq: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seqAt(middle) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Position {
  place: number;
  row: number;
}

const isAt = (one: Position, other: Position): boolean => one.place === other.place && one.row === other.row;
const isBefore = (one: Position, other: Position): boolean =>
  one.place < other.place || (one.place === other.place && one.row < other.row);

const spotOf = (content: Content, { place, row }: Position): Spot => ({ seq: content.seqAt(place), row });

/** Where a spot is now: its entry, or the one that has come to be the next after it; a row that is gone is its last one. */
function positionOf(content: Content, { seq, row }: Spot): Position {
  const low = Math.min(content.count - 1, placeOfSeq(content.count, content.seqAt, seq));
  if (content.seqAt(low) !== seq) return { place: low, row: 0 };
  return { place: low, row: Math.min(row, Math.max(0, content.rowsAt(low) - 1)) };
}

function lastOf(content: Content): Position | undefined {
  if (content.count === 0) return undefined;
  const place = content.count - 1;
  return { place, row: Math.max(0, content.rowsAt(place) - 1) };
}

function next(content: Content, { place, row }: Position): Position | undefined {
  if (row + 1 < content.rowsAt(place)) return { place, row: row + 1 };
  return place + 1 < content.count ? { place: place + 1, row: 0 } : undefined;
}

/** So many rows on, as far as there are any. */
function walked(content: Content, from: Position, by: number): Position {
  let { place, row } = from;
  let rest = by;
  while (rest > 0) {
    const left = content.rowsAt(place) - 1 - row;
    if (rest <= left) return { place, row: row + rest };
    if (place + 1 >= content.count) return { place, row: Math.max(0, row + left) };
    rest -= left + 1;
    place += 1;
    row = 0;
  }
  while (rest < 0) {
    if (-rest <= row) return { place, row: row + rest };
    if (place === 0) return { place, row: 0 };
    rest += row + 1;
    place -= 1;
    row = Math.max(0, content.rowsAt(place) - 1);
  }
  return { place, row };
}

/** The first row in view. A text whose end would leave rows empty is drawn down to the end of the place. */
function topOf(content: Content, scroll: Scroll, height: number): Position | undefined {
  const end = lastOf(content);
  if (end === undefined) return undefined;
  const lowest = walked(content, end, 1 - height);
  if (scroll.follows) return lowest;
  const top = positionOf(content, scroll.top);
  return isBefore(lowest, top) ? lowest : top;
}

/** The picture moved as little as possible so that the cursor is in it. */
function settled(content: Content, top: Position, cursor: Position, height: number): Scroll {
  const highest = walked(content, cursor, 1 - height);
  const moved = isBefore(cursor, top) ? cursor : isBefore(top, highest) ? highest : top;
  return { follows: false, top: spotOf(content, moved), cursor: spotOf(content, cursor) };
}
