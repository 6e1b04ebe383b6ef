import { array, assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  entryAt,
  following,
  movedBy,
  pagedBy,
  rolledBy,
  shownOf,
  toEntry,
  toStart,
  type Content,
  type Scroll,
} from "../../../../src/faces/cockpit/draw/scroll.ts";

/** Entries by how many rows each has; their numbers leave gaps, as those of events do. */
const contentOf = (rows: readonly number[], firstSeq = 10): Content => ({
  count: rows.length,
  seqAt: (place) => firstSeq + place * 3,
  rowsAt: (place) => rows[place] ?? 0,
});

const flat = (rows: readonly number[]): string[] =>
  rows.flatMap((count, place) => Array.from({ length: count }, (_, row) => `${place}.${row}`));

const seen = (content: Content, scroll: Scroll, height: number): string[] =>
  shownOf(content, scroll, height).rows.map(({ place, row }) => `${place}.${row}`);

const rowCounts = array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
const steps = array(integer({ min: -12, max: 12 }), { maxLength: 20 });

describe("a text of entries in view", () => {
  test("is empty without entries, whatever is pressed", () => {
    const none = contentOf([]);
    expect(shownOf(none, following, 5)).toEqual({ rows: [], cursor: undefined, isCutAbove: false, isCutBelow: false });
    expect(movedBy(none, following, 5, -1)).toBe(following);
    expect(rolledBy(none, following, 5, -3)).toBe(following);
    expect(toStart(none)).toBe(following);
    expect(entryAt(none, following)).toBeUndefined();
  });

  test("shows its end while that is followed, and has no cursor there", () => {
    const shown = shownOf(contentOf([2, 3, 2]), following, 4);
    expect(shown.rows).toEqual([
      { place: 1, row: 1 },
      { place: 1, row: 2 },
      { place: 2, row: 0 },
      { place: 2, row: 1 },
    ]);
    expect(shown).toMatchObject({ cursor: undefined, isCutAbove: true, isCutBelow: false });
  });

  test("stays where it is when entries come at the end, and when older ones come before the first", () => {
    const before = movedBy(contentOf([2, 3, 2]), following, 4, -3);
    expect(seen(contentOf([2, 3, 2, 5]), before, 4)).toEqual(seen(contentOf([2, 3, 2]), before, 4));
    const older = contentOf([7, 7, 2, 3, 2], 4);
    expect(seen(older, before, 4)).toEqual(["3.1", "3.2", "4.0", "4.1"]);
  });

  test("goes on at what comes next when the entry of its cursor is dropped", () => {
    const atStart = toStart(contentOf([2, 3, 2]));
    expect(seen(contentOf([3, 2, 4], 13), atStart, 3)).toEqual(["0.0", "0.1", "0.2"]);
    expect(entryAt(contentOf([3, 2, 4], 13), atStart)).toBe(13);
  });

  test("is followed again when the cursor comes to its last row, and not before", () => {
    const content = contentOf([2, 2]);
    const up = movedBy(content, following, 10, -2);
    expect(up).toMatchObject({ follows: false, cursor: { seq: 10, row: 1 } });
    const almost = movedBy(content, up, 10, 1);
    expect(almost.follows).toBe(false);
    expect(movedBy(content, almost, 10, 1)).toEqual(following);
  });

  test("keeps the cursor in view and moves as a plain list of its rows would", () => {
    assert(
      property(rowCounts, steps, integer({ min: 1, max: 15 }), (rows, moves, height) => {
        const content = contentOf(rows);
        const all = flat(rows);
        let scroll: Scroll = following;
        let at = all.length - 1;
        for (const by of moves) {
          scroll = movedBy(content, scroll, height, by);
          at = Math.max(0, Math.min(all.length - 1, at + by));
          const shown = shownOf(content, scroll, height);
          const names = seen(content, scroll, height);
          expect(names.length).toBe(Math.min(height, all.length));
          const first = all.indexOf(names[0] ?? "");
          expect(names).toEqual(all.slice(first, first + names.length));
          expect(scroll.follows ? at : all.indexOf(names[shown.cursor ?? -1] ?? "")).toBe(at);
          expect(shown.isCutAbove).toBe(first > 0);
          expect(shown.isCutBelow).toBe(first + names.length < all.length);
        }
      }),
    );
  });

  test("is rolled by the wheel without losing its cursor", () => {
    assert(
      property(rowCounts, steps, integer({ min: 1, max: 15 }), (rows, moves, height) => {
        const content = contentOf(rows);
        const all = flat(rows);
        let scroll: Scroll = following;
        for (const by of moves) {
          scroll = rolledBy(content, scroll, height, by);
          const shown = shownOf(content, scroll, height);
          expect(shown.rows.length).toBe(Math.min(height, all.length));
          expect(scroll.follows || shown.cursor !== undefined).toBe(true);
        }
      }),
    );
  });

  test("turns by pages with its cursor in the same row, and ends at its ends", () => {
    const content = contentOf(Array.from({ length: 40 }, () => 1));
    const up = pagedBy(content, following, 10, -8);
    expect(seen(content, up, 10)).toEqual(Array.from({ length: 10 }, (_, index) => `${22 + index}.0`));
    expect(shownOf(content, up, 10).cursor).toBe(9);
    const first = pagedBy(content, up, 10, -100);
    expect(shownOf(content, first, 10)).toMatchObject({ cursor: 0, isCutAbove: false });
    expect(pagedBy(content, first, 10, 100)).toEqual(following);
  });

  test("brings an entry that is out of view to the middle, and leaves the picture where it is in view already", () => {
    const content = contentOf(Array.from({ length: 30 }, () => 1));
    const far = toEntry(content, following, 9, 10 + 3 * 12);
    expect(seen(content, far, 9)).toEqual(Array.from({ length: 9 }, (_, index) => `${8 + index}.0`));
    const near = toEntry(content, far, 9, 10 + 3 * 9);
    expect(seen(content, near, 9)).toEqual(seen(content, far, 9));
    expect(entryAt(content, near)).toBe(37);
  });

  test("asks for the rows of nothing that is far from the view", () => {
    const asked = new Set<number>();
    const content: Content = {
      count: 100_000,
      seqAt: (place) => place,
      rowsAt: (place) => {
        asked.add(place);
        return 2;
      },
    };
    const scroll = toEntry(content, movedBy(content, following, 40, -3), 40, 50_000);
    shownOf(content, scroll, 40);
    expect(asked.size).toBeLessThan(120);
  });
});
