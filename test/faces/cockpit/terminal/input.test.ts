import { describe, expect, test } from "vitest";
import { readInput } from "../../../../src/faces/cockpit/screen/input.ts";

describe("the keys of terminals", () => {
  test.each([
    ["\u001b[H", "home"],
    ["\u001bOH", "home"],
    ["\u001b[1~", "home"],
    ["\u001b[7~", "home"],
    ["\u001b[F", "end"],
    ["\u001b[4~", "end"],
    ["\u001b[8~", "end"],
    ["\u001b[5~", "pageUp"],
    ["\u001b[3~", "delete"],
  ])("%j is %s, whichever of them sends it", (sequence, key) => {
    expect(readInput(sequence)).toEqual({ type: "key", key, text: "" });
  });

  test.each(["\u001b[9~", "\u001b[", "\u001b[1", "\u001b[0~", ""])("%j is no key and writes nothing", (sequence) => {
    const read = readInput(sequence);
    expect(read === undefined || (read.type === "key" && read.text === "")).toBe(true);
  });
});
