import { describe, expect, test } from "vitest";
import { line } from "../../../../src/faces/cockpit/draw/block.ts";
import { boxed } from "../../../../src/faces/cockpit/draw/box.ts";
import { pieceAt, targetAt } from "../../../../src/faces/cockpit/pointing.ts";
import { readInput } from "../../../../src/faces/cockpit/screen/input.ts";
import { scriptedDeck } from "../../cli/scripted-deck.ts";
import { openDesk, type Desk } from "../kit/desk.ts";
import { busyFleet } from "../kit/scenes.ts";

/** A click of the left button, as terminals report it: cells from 1. */
const click = (x: number, y: number): string[] => [`\u001b[<0;${x + 1};${y + 1}M`, `\u001b[<0;${x + 1};${y + 1}m`];

async function fleetDesk(): Promise<Desk> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  return openDesk(deck);
}

const rowWith = (frame: string[], text: string): number => frame.findIndex((row) => row.includes(text));
const chosen = (frame: string[]): string | undefined => frame.find((row) => row.includes("▸") || row.includes("▌▸"));

describe("the mouse", () => {
  test("chooses the construct that is clicked", async () => {
    const desk = await fleetDesk();
    const y = rowWith(await desk.terminal.frame(), "cx-00000005");
    const frame = await desk.press(...click(30, y));
    expect(chosen(frame)).toContain("cx-00000005");
    await desk.close();
  });

  test("shows the page whose tab is clicked", async () => {
    const desk = await fleetDesk();
    const before = await desk.terminal.frame();
    const tabs = before[2] ?? "";
    const other = /(?<= {2})[A-Z][a-z]+/.exec(tabs)?.[0] ?? "";
    const after = await desk.press(...click(tabs.indexOf(other) + 1, 2));
    expect(after[2]).toContain(`▌${other}`);
    await desk.close();
  });

  test("does what a hint at the bottom says", async () => {
    const desk = await fleetDesk();
    const before = await desk.terminal.frame();
    const foot = before.at(-1) ?? "";
    const x = foot.indexOf("goal");
    const after = x < 0 ? [] : await desk.press(...click(x, before.length - 1));
    expect(x < 0 || after.join("\n").includes("goal")).toBe(true);
    await desk.close();
  });

  test("does nothing where there is nothing, at the edges and outside of them", async () => {
    const desk = await fleetDesk();
    const before = await desk.terminal.frame();
    const after = await desk.press(...click(0, 1), ...click(5000, 5000), "\u001b[<0;0;0M");
    expect(after[2]).toBe(before[2]);
    await desk.close();
  });

  test.each([
    ["\u001b[<0;5;7M", { kind: "press", x: 4, y: 6 }],
    ["\u001b[<0;5;7m", { kind: "release", x: 4, y: 6 }],
    ["\u001b[<32;5;7M", { kind: "drag", x: 4, y: 6 }],
    ["\u001b[<64;5;7M", { kind: "wheel", wheel: -3 }],
    ["\u001b[<65;5;7M", { kind: "wheel", wheel: 3 }],
    ["\u001b[<16;5;7M", { kind: "press" }],
  ])("reports %j", (sequence, input) => {
    expect(readInput(sequence)).toMatchObject({ type: "mouse", ...input });
  });

  test.each(["\u001b[<1;5;7M", "\u001b[<2;5;7M", "\u001b[<35;5;7M", "\u001b[<0;5M", "\u001b[<;;M"])(
    "has no use for %j",
    (sequence) => {
      expect(readInput(sequence)).toBeUndefined();
    },
  );
});

describe("what lies under a pointer", () => {
  const drawing = {
    parts: [
      { x: 0, y: 0, width: 10, height: 3, lines: [{ ...line("one"), target: "one" }, line("two")] },
      boxed([{ ...line("above"), target: "above" }], { x: 5, y: 0, width: 8, height: 3 }),
    ],
  };

  test("is the line that is on top there", () => {
    expect(targetAt(drawing, 1, 0)).toBe("one");
    expect(targetAt(drawing, 6, 1)).toBe("above");
  });

  test("is nothing where the line on top has no target, or there is no line", () => {
    expect([targetAt(drawing, 6, 0), targetAt(drawing, 1, 1), targetAt(drawing, 1, 2)]).toEqual(
      Array(3).fill(undefined),
    );
    expect([targetAt(drawing, -1, 0), targetAt(drawing, 13, 1), targetAt(drawing, 1, 9)]).toEqual(
      Array(3).fill(undefined),
    );
  });

  test("is the piece of a row that holds the column", () => {
    expect([0, 2, 3, 6, 7].map((x) => pieceAt([3, 0, 4], x))).toEqual([0, 0, 2, 2, -1]);
  });
});
