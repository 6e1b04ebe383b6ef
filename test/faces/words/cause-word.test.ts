import { expect, test } from "vitest";
import { causeWord } from "../../../src/faces/words/cause-word.ts";

test.each([
  ["result", ""],
  ["crash", "crashed"],
  ["netrunner", "by you"],
  ["netrunner+blacklist", "by you, its work forbidden"],
  ["budget:construct_turns", "at its bound of model requests"],
  ["budget:time", "at its bound of time"],
  ["tripwire:host-restart", "tripwire host-restart"],
  ["tripwire:goal:docs-only", "tripwire goal:docs-only"],
])("the cause %j is told as %j", (cause, word) => {
  expect(causeWord(cause)).toBe(word);
});

test.each(["toString", "constructor", "redirected", "", "a cause of a later version"])(
  "a cause that is not known stays as it is: %j",
  (cause) => {
    expect(causeWord(cause)).toBe(cause);
  },
);
