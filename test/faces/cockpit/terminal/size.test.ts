import { describe, expect, test } from "vitest";
import { scriptedDeck } from "../../cli/scripted-deck.ts";
import { openDesk, type Desk } from "../kit/desk.ts";
import { busyFleet } from "../kit/scenes.ts";
import { unicodes } from "../kit/emulator.ts";

async function fleetDesk(options: Parameters<typeof openDesk>[1] = {}): Promise<Desk> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  return openDesk(deck, options);
}

describe("a terminal that is too small", () => {
  test("says so, what is needed, who is needed, and what can be done all the same", async () => {
    const desk = await fleetDesk();
    desk.terminal.resize({ columns: 44, rows: 12 });
    const frame = (await desk.press()).join("\n");
    expect(frame).toContain("1 NEEDS YOU");
    expect(frame.replaceAll("\n", " ")).toContain("This terminal has 44 x 12 characters: the cockpit needs 60 x 15.");
    expect(frame).toContain("Ctrl+Q: leave");
    await desk.close();
  });

  test("takes no key that acts on what is not seen", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    desk.terminal.resize({ columns: 30, rows: 8 });
    const before = deck.commands.length;
    await desk.press("k", "K", "p", "x", "e");
    expect(deck.commands.slice(before)).toEqual([]);
    desk.terminal.resize({ columns: 120, rows: 40 });
    expect((await desk.press()).join("\n")).not.toContain("Set a goal");
    await desk.close();
  });

  test("can be left", async () => {
    const desk = await fleetDesk({ size: { columns: 20, rows: 5 } });
    await desk.close();
    await expect(desk.left).resolves.toBeUndefined();
  });
});

describe("a terminal that is resized", () => {
  test.each(unicodes)(
    "is filled anew at every size, and shows the whole picture at the last one (unicode %s)",
    async (unicode) => {
      const desk = await fleetDesk({ unicode });
      const storm = [
        [100, 30],
        [250, 60],
        [20, 10],
        [1, 1],
        [2, 1],
        [1, 60],
        [300, 2],
        [60, 15],
        [59, 15],
        [200, 50],
      ] as const;
      for (const [columns, rows] of storm) {
        desk.terminal.resize({ columns, rows });
        desk.terminal.type("s", "\u001b[<0;3;5M");
        const frame = await desk.press();
        expect(frame).toHaveLength(rows);
      }
      const frame = await desk.press();
      expect(frame[0]).toMatch(/^ CYBERDECK ● attached .* NEEDS YOU/);
      expect(frame.at(-1)).toContain("Enter");
      await desk.close();
    },
  );

  test("that claims no size, or one beyond belief, is drawn all the same", async () => {
    const desk = await fleetDesk();
    for (const value of [0, Number.NaN, -3, 1e9]) {
      Object.defineProperty(desk.terminal, "columns", { value, configurable: true });
      await desk.press("s");
      expect(desk.terminal.written.slice(-8)).toBe("\u001b[?2026l");
    }
    Reflect.deleteProperty(desk.terminal, "columns");
    await desk.close();
  });
});
