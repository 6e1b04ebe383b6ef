import { describe, expect, test } from "vitest";
import { count, showBytes, showCost, showDuration } from "../../src/base/units.ts";

describe("figures for people", () => {
  test.each([
    [-5, "0.0 s"],
    [400, "0.4 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min 0 s"],
    [123_000, "2 min 3 s"],
    [3_599_600, "1 h 0 min"],
    [3_840_000, "1 h 4 min"],
  ])("%d ms are %s", (ms, text) => expect(showDuration(ms)).toBe(text));

  test.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1500, "1.5 KB"],
    [999_960, "1.0 MB"],
    [12_000_000, "12.0 MB"],
    [999_949_999, "999.9 MB"],
    [999_950_000, "1.0 GB"],
    [4_000_000_000, "4.0 GB"],
  ])("%d bytes are %s", (bytes, text) => expect(showBytes(bytes)).toBe(text));

  test("a small cost keeps its digits, none has none", () => {
    expect([0, 0.0123, 1, 12.345].map(showCost)).toEqual(["$0.00", "$0.0123", "$1.00", "$12.35"]);
  });

  test("one is not many", () => {
    expect([count(1, "file"), count(0, "file"), count(2, "is", "are")]).toEqual(["1 file", "0 files", "2 are"]);
  });
});
