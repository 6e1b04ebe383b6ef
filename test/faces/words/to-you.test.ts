import { expect, test } from "vitest";
import { toYou } from "../../../src/faces/words/to-you.ts";

test.each([
  ["This call would push. The netrunner has to agree first.", "This call would push. You have to agree first."],
  ["the netrunner has forbidden this work", "you have forbidden this work"],
  ["it may be forbidden; the netrunner is asked", "it may be forbidden; you are asked"],
  ["The netrunner's policy file forbids it", "Your policy file forbids it"],
  ["it is protected by the netrunner's policy file", "it is protected by your policy file"],
  ["leave it to the netrunner.", "leave it to you."],
  ["stopped by the netrunner", "stopped by you"],
])("%j is told to the netrunner as %j", (text, told) => {
  expect(toYou(text)).toBe(told);
});

test.each(["the netrunners", "", "breathe netrunner", "docs/the-netrunner.md", "it publishes a package"])(
  "%j is left as it is",
  (text) => {
    expect(toYou(text)).toBe(text);
  },
);
