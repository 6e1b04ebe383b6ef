import { describe, expect, test } from "vitest";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";

describe("the palette", () => {
  test.each(sizes)("offers what can be done here, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("ctrl+p"))).toMatchFileSnapshot(keptFrame("palette", size));
    await desk.press("escape");
    await desk.close();
  });

  test("does an action that was found by a few of its letters", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    const construct = chosenIn(await desk.press("s", "s"));
    await desk.press("ctrl+p");
    await desk.write("freez");
    await desk.press("enter");
    expect(deck.commands.at(-1)).toEqual({ type: "construct.pause", construct, freeze: true });
    await desk.close();
  });

  test("does not offer what has nothing to act on", async () => {
    const desk = await openDesk(scriptedDeck());
    await desk.press("ctrl+p");
    const frame = await desk.write("kill");
    expect(frame.some((row) => row.includes("nothing is called so"))).toBe(true);
    await desk.press("escape");
    await desk.close();
  });

  test("says that nothing is called so, and does nothing on Enter", async () => {
    const deck = scriptedDeck();
    const desk = await openDesk(deck);
    await desk.press("ctrl+p");
    await desk.write("no such thing at all");
    const before = deck.commands.length;
    await desk.press("enter");
    expect(deck.commands).toHaveLength(before);
    await desk.press("escape");
    await desk.close();
  });
});

describe("the help", () => {
  test.each(sizes)("lists every key at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("?"))).toMatchFileSnapshot(keptFrame("help", size));
    await desk.press("escape");
    await desk.close();
  });

  test("scrolls to its end and no further", async () => {
    const desk = await openDesk(scriptedDeck(), { size: { columns: 80, rows: 24 } });
    await desk.press("?");
    const end = await desk.press("end");
    expect(await desk.press("s", "pageDown")).toEqual(end);
    await desk.press("escape");
    await desk.close();
  });

  test("shows the netrunner's own keys in place of those that it ships with", async () => {
    const keys = { "construct.kill": ["delete"], "construct.freeze": [] };
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size: { columns: 80, rows: 50 }, parts: { keys } });
    const frame = await desk.press("?");
    expect(frame.find((row) => row.includes(" kill") && !row.includes("forbid"))).toContain("Delete");
    expect(frame.some((row) => row.includes("freeze"))).toBe(false);
    const construct = chosenIn(await desk.press("escape", "s", "s", "k"));
    expect(deck.commands.some(({ type }) => type === "construct.kill")).toBe(false);
    await desk.press("delete");
    expect(deck.commands.at(-1)).toMatchObject({ type: "construct.kill", construct });
    await desk.close();
  });
});

/** The construct under the cursor of the fleet. */
const chosenIn = (frame: readonly string[]): string =>
  /cx-[0-9a-f]{8}/.exec(frame.find((row) => row.includes("▸")) ?? "")?.[0] ?? "none";

describe("a dialog", () => {
  test.each(sizes.flatMap((size) => ["?", "ctrl+p", "b", "e"].map((key) => ({ ...size, key }))))(
    "leaves the posture in sight, and names at the bottom only what is done over it: $key at $columns x $rows",
    async ({ key, ...size }) => {
      const deck = scriptedDeck();
      await busyFleet(deck);
      const desk = await openDesk(deck, { size });
      const before = await desk.pass(500);
      expect(before.at(-1)).toContain("x allow once");
      const frame = await desk.press(key);
      expect(frame.slice(0, 2)).toEqual(before.slice(0, 2));
      expect(frame.at(-1)).toBe(" Ctrl+F EJECT: stop everything  Ctrl+Q leave");
      await desk.press("escape");
      await desk.close();
    },
  );
});
