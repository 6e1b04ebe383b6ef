import { describe, expect, test } from "vitest";
import { diffBody } from "../../../../src/faces/cockpit/transcript/diff-look.ts";

describe("the body of a diff", () => {
  test("leaves out the names of its file, and a place that says nothing", () => {
    expect(diffBody("--- a.md\n+++ a.md\n@@ @@\n-old\n+new\n")).toBe("-old\n+new\n");
    expect(diffBody("--- a.md\n+++ a.md\n@@ -1,3 +1,4 @@\n-old\n")).toBe("@@ -1,3 +1,4 @@\n-old\n");
  });

  test.each([
    "-- a comment of SQL that is taken away\n",
    "--- a rule of Markdown\n+and a line\n",
    "@@ @@\n--- a\n+++ b\n",
    "--- a\n+++ b\n",
    "",
  ])("leaves out nothing of %j, which does not begin with them or has nothing else", (text) => {
    expect(diffBody(text)).toBe(text);
  });
});
