import { describe, expect, test } from "vitest";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";

describe("the fleet", () => {
  test.each(sizes)("is shown with the posture of its run at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("fleet", size));
    await desk.close();
  });

  test("keeps its cursor on a construct while others come", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    const before = await desk.press("s", "s");
    deck.stage().queue("cx-99999999", "one more");
    const after = await desk.until((frame) => frame.some((row) => row.includes("one more")));
    const cursor = (frame: string[]): string | undefined => frame.find((row) => row.includes("▸"));
    expect(cursor(after)?.slice(0, 20)).toBe(cursor(before)?.slice(0, 20));
    await desk.close();
  });
});
