import { describe, expect, test } from "vitest";
import { leadsOut, listOf, namesOf, whyNotAName } from "../../../src/nodes/workspace/file-names.ts";

describe("the name of a file in a repository", () => {
  test.each([
    "a",
    "a/b",
    ".gitignore",
    ".github/x",
    "git",
    "a.git",
    " ",
    "a\nb",
    "..a",
    "a..",
    "...",
    "git~2",
    "-x",
    "\u00ff",
  ])("may be %j", (name) => expect(whyNotAName(name)).toBeUndefined());

  test.each([
    "",
    "/a",
    "a//b",
    "a/",
    "./a",
    "../a",
    "a/..",
    "a\0b",
    ".git",
    "a/.git/b",
    ".GIT",
    ".git.",
    ".git . .",
    "GIT~1",
    ".git::$DATA",
    ".git\\x",
  ])("may not be %j", (name) => expect(whyNotAName(name)).toBeDefined());

  test("comes out of a list as it went in", () => {
    const names = ["a b", "\u00e4\n", "\u00ff"];
    expect(namesOf(listOf(names))).toEqual(names);
    expect(namesOf(listOf([]))).toEqual([]);
  });
});

describe("a link", () => {
  test.each([
    ["a", "b"],
    ["a/b", "../c"],
    ["a/b/c", "../../d/./e"],
    ["a", "."],
    ["a", ".github"],
  ])("%s to %s stays within", (name, target) => expect(leadsOut(name, target)).toBe(false));

  test.each([
    ["a", "/"],
    ["a", ".."],
    ["a/b", "../../c"],
    ["a", "b/../../c"],
    // Were `a/b/c` a link to the top, this one would lead above it.
    ["t", "a/b/c/../x"],
    ["a/b", "../.git/config"],
    ["a", "./.GIT"],
  ])("%s to %s leads out", (name, target) => expect(leadsOut(name, target)).toBe(true));
});
