import { describe, expect, test } from "vitest";
import { cents, left, shortCount, shortTime } from "../../../../src/faces/cockpit/fleet/figures.ts";
import { shareOf, spotsOf } from "../../../../src/faces/cockpit/fleet/panes.ts";
import { sizes } from "../kit/frames.ts";

describe("boxes", () => {
  test.each([
    [1, { columns: 80, rows: 19 }, 1],
    [2, { columns: 80, rows: 20 }, 1],
    [6, { columns: 80, rows: 19 }, 2],
    [3, { columns: 120, rows: 35 }, 1],
    [6, { columns: 120, rows: 35 }, 2],
    [6, { columns: 200, rows: 45 }, 2],
    [6, { columns: 30, rows: 20 }, 1],
  ])("%i of them in %o stand %i beside each other", (count, size, beside) => {
    expect(shareOf(count, size).beside).toBe(beside);
  });

  test("fill their place without a gap and without lying over each other", () => {
    for (const { columns, rows } of [...sizes, { columns: 41, rows: 13 }, { columns: 20, rows: 5 }])
      for (let count = 1; count <= 12; count += 1) {
        const spots = spotsOf(count, 0, { columns, rows });
        const taken = new Set<string>();
        for (const { x, y, width, height } of spots)
          for (let row = y; row < y + height; row += 1)
            for (let column = x; column < x + width; column += 1) taken.add(`${column}:${row}`);
        const area = spots.reduce((sum, { width, height }) => sum + width * height, 0);
        expect([taken.size, area], `${count} in ${columns}x${rows}`).toEqual([columns * rows, columns * rows]);
      }
  });

  test("that do not fit all show the one at the cursor", () => {
    const size = { columns: 80, rows: 19 };
    for (let place = 0; place < 40; place += 1)
      expect(spotsOf(40, place, size).some(({ index }) => index === place)).toBe(true);
  });
});

describe("figures", () => {
  test.each([
    [0, "0:00"],
    [-5, "0:00"],
    [59_999, "0:59"],
    [3_599_000, "59:59"],
    [3_720_000, "1h02"],
    [86_400_000 * 3 + 4 * 3_600_000, "3d04h"],
  ])("a duration of %i ms is %j", (ms, text) => {
    expect(shortTime(ms)).toBe(text);
  });

  test.each([
    [0, "0"],
    [999, "999"],
    [1000, "1.0k"],
    [12_345, "12.3k"],
    [99_949, "99.9k"],
    [99_950, "100k"],
    [999_499, "999k"],
    [999_500, "1.0M"],
    [123_456_789, "123M"],
  ])("%i is %j, and never wider than its column", (n, text) => {
    expect(shortCount(n)).toBe(text);
    expect(text.length).toBeLessThanOrEqual(5);
  });

  test("a cost that is not nothing does not look like nothing", () => {
    expect([0, 0.004, 0.005, 0.0123, 12.3].map(cents)).toEqual(["$0.00", "<$0.01", "$0.01", "$0.01", "$12.30"]);
  });

  test("a countdown says zero only when the time has come", () => {
    expect([left(1000, 999), left(1000, 1000), left(1000, 5000)]).toEqual(["0:01", "0:00", "0:00"]);
  });
});
