import { describe, expect, test } from "vitest";
import { helpSections } from "../../../src/faces/cockpit/help-sections.ts";
import type { BoundAction } from "../../../src/faces/cockpit/mount.ts";

const action = (title: string, key: string, isPlain = false): BoundAction => ({
  id: title,
  title,
  keys: [key],
  isPlain,
  isRare: false,
  can: () => true,
  run: () => {},
});
const up = action("up", "w", true);
const everywhere = { title: "Everywhere", actions: [action("help", "?")] };
const page = (title: string, ...actions: BoundAction[]) => ({ title, actions });
const textOf = (sections: ReturnType<typeof helpSections>): string[] =>
  sections.map(
    ({ title, actions }) => `${title}: ${actions.map((one) => `${one.keys.join()} ${one.title}`).join(", ")}`,
  );

describe("the keys of the help", () => {
  test("that move in the same way on three pages are told once", () => {
    const others = [page("two", up, action("open", "x")), page("three", up, action("copy", "y"))];
    expect(textOf(helpSections(page("one", up, action("kill", "k")), everywhere, others))).toEqual([
      "one: k kill",
      "In lists and texts: w up",
      "Everywhere: ? help",
      "two: x open",
      "three: y copy",
    ]);
  });

  test("that move in another way, or under another key, stay with their page", () => {
    const others = [
      page("two", up),
      page("three", action("up", "i", true)),
      page("four", action("answer up", "w", true)),
    ];
    expect(textOf(helpSections(page("one", up), everywhere, others))).toEqual([
      "one: w up",
      "Everywhere: ? help",
      "two: w up",
      "three: i up",
      "four: w answer up",
    ]);
  });

  test("that do something are told on each page, however many have the same", () => {
    const copy = action("copy", "y");
    const sections = helpSections(page("one", copy), everywhere, [page("two", copy), page("three", copy)]);
    expect(textOf(sections).filter((text) => text.includes("y copy"))).toHaveLength(3);
  });

  test("are not told of a page that has none", () => {
    expect(textOf(helpSections(page("one"), everywhere, [page("two")]))).toEqual(["Everywhere: ? help"]);
  });
});
