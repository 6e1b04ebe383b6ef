import { describe, expect, test } from "vitest";
import { readNumber, readWords, type Vocabulary } from "../../../../src/faces/cockpit/model/word-filter.ts";

interface Thing {
  name: string;
  size: number;
  at: number;
}

const thing: Thing = { name: "Rename 数える", size: 3, at: 1000 };

const vocabulary: Vocabulary<Thing> = {
  texts: ({ name }) => [name],
  names: { name: ({ name }) => [name] },
  amounts: {
    size: { of: ({ size }) => size, read: readNumber, takes: "a number: size>2" },
    age: { of: ({ at }, now) => now - at, read: readNumber, takes: "a number: age>5", isTimed: true },
  },
};

const has = (text: string, now = 2000): boolean => readWords(text, vocabulary).has(thing, now);

describe("a filter of words", () => {
  test.each([
    "",
    "  ",
    "rename",
    "数える re",
    "name:REN",
    "NAME:ren",
    "size>2",
    "size<4",
    "!zip",
    "!size>3",
    "age>999",
  ])("%j lets it through", (text) => expect(has(text)).toBe(true));

  test.each(["zip", "rename zip", "name:zip", "size>3", "size<3", "!rename", "!name:ren", "age>1000", "other:ren"])(
    "%j does not",
    (text) => expect(has(text)).toBe(false),
  );

  test.each([["size>"], ["!size<two"], ["rename size>-1"]])(
    "of %j it tells what is missing, and goes by the rest",
    (text) => {
      const { problem } = readWords(text, vocabulary);
      expect(problem).toContain("takes a number: size>2");
      expect(has(text)).toBe(true);
    },
  );

  test("changes with the time only where it asks for one", () => {
    expect(readWords("size>2 age>5", vocabulary).isTimed).toBe(true);
    expect(readWords("!age>5", vocabulary).isTimed).toBe(true);
    expect(readWords("size>2 rename", vocabulary).isTimed).toBe(false);
  });

  test.each(["constructor:x", "__proto__>1", "toString<2", "hasOwnProperty:a"])(
    "%s names nothing: it is a word like others",
    (text) => {
      expect(readWords(text, vocabulary).problem).toBeNull();
      expect(has(text)).toBe(false);
    },
  );

  test("without names and amounts, a colon and a sign are part of a word", () => {
    const plain: Vocabulary<string> = { texts: (one) => [one] };
    expect(readWords("size>2", plain).has("of size>2", 0)).toBe(true);
    expect(readWords("name:x", plain).has("x", 0)).toBe(false);
  });

  test("a lone exclamation mark is a word", () => expect(has("!")).toBe(false));
});
