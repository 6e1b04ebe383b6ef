import { describe, expect, test } from "vitest";
import { runFileBounds } from "../../../src/nodes/run-files/bounds.ts";
import { fitting } from "../../../src/nodes/run-files/fitting.ts";
import { besides, whyNotName } from "../../../src/nodes/run-files/names.ts";
import { toldLeft } from "../../../src/nodes/wire/run-files.ts";

describe("a name of a file that travels", () => {
  test.each([
    "a",
    "parts/a.md",
    "Übersicht – neu.md",
    "a b/c d",
    ".hidden",
    ".github/x",
    "reports.md",
    "parts/report.md",
    "git",
    "…",
  ])("may be %s", (name) => {
    expect(whyNotName(name)).toBeUndefined();
  });

  test.each([
    "..",
    "a/..",
    "a/./b",
    "/a",
    "a/",
    "report.md",
    "Report.MD ",
    "report\u200b.md",
    "ｒeport.md",
    "report.md::$DATA",
    "transcripts",
    ".git",
    "a/.Git. /config",
    "git~1/config",
    "a\u2028b",
    "a\ufffdb",
    "\ud800",
    `${"a/".repeat(600)}b`,
  ])("may not be %j", (name) => {
    expect(whyNotName(name)).toEqual(expect.any(String));
  });

  test("has its construct behind it where it is kept besides another one, and stays a name", () => {
    expect(besides("parts/a.md", "cx-1", 1)).toBe("parts/a.md.from-cx-1");
    expect(besides("a", "cx-1", 3)).toBe("a.from-cx-1-3");
    const long = besides(`parts/${"ü".repeat(127)}`, "cx-12345678", 20);
    expect(whyNotName(long)).toBeUndefined();
    expect(long.endsWith("ü.from-cx-12345678-20")).toBe(true);
  });
});

describe("what fits into one journey", () => {
  test("is so many files, bytes and letters of names; the others are told", () => {
    const bounds = { ...runFileBounds, files: 2, allBytes: 10, nameBytes: 10 };
    const file = (name: string, bytes: number) => ({ name, bytes });
    expect(fitting([file("a", 8), file("b", 3), file("c", 2), file("d", 0)], bounds)).toEqual({
      files: [file("a", 8), file("c", 2)],
      left: [
        { name: "b", why: "there is too much at once" },
        { name: "d", why: "there is too much at once" },
      ],
    });
    expect(fitting([file("a", 1), file("123456789ü", 1)], bounds).files).toEqual([file("a", 1)]);
  });

  test("and what stays is told one by one only as far as one can read it", () => {
    const many = Array.from({ length: 80 }, (_, index) => ({ name: `f${index}`, why: "x".repeat(5000) }));
    const told = toldLeft(many);
    expect(told.length).toBe(50);
    expect(told.at(-1)).toEqual({ name: "", why: "and 31 others" });
    expect(told.every(({ why }) => why.length <= 510)).toBe(true);
    expect(toldLeft(many.slice(0, 50)).length).toBe(50);
  });
});
