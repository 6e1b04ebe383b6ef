import { describe, expect, test } from "vitest";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, silentFleet, spreadFleet } from "./kit/scenes.ts";

const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));

describe("constructs on several machines", () => {
  test.each(sizes)("are shown with the place of each, and why one has none, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await spreadFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("fleet-places", size));
    await desk.close();
  });

  test("say on their own page where they are", async () => {
    const deck = scriptedDeck();
    await spreadFleet(deck);
    const desk = await openDesk(deck, { size: { columns: 120, rows: 40 } });
    const pages = [await desk.press("2", "enter"), await desk.press("]"), await desk.press("]")];
    expect(pages.some((page) => has(page, "on node-a") || has(page, "on gpu-box-of-the-lab"))).toBe(true);
    await desk.close();
  });

  test("are not spoken of where all are on one machine", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size: { columns: 200, rows: 50 } });
    expect(has(await desk.terminal.frame(), " ON ")).toBe(false);
    await desk.close();
  });

  test.each(sizes)("are marked while nothing is heard of their node, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await silentFleet(deck);
    const desk = await openDesk(deck, { size });
    const frame = await desk.terminal.frame();
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("fleet-unheard", size));
    expect(frame.filter((row) => row.includes("?node-a") && row.includes("not heard for"))).toHaveLength(2);
    await desk.close();
  });

  test("lose the mark when their node is back", async () => {
    const deck = scriptedDeck();
    await silentFleet(deck);
    const desk = await openDesk(deck, { size: { columns: 120, rows: 40 } });
    deck.stage().emit("node.came", { node: "node-a", boot: "b-1", pool: "p", labels: [], slots: 2 });
    const frame = await desk.until((rows) => !has(rows, "?node-a"));
    expect(has(frame, "node-a")).toBe(true);
    expect(has(frame, "not heard")).toBe(false);
    await desk.close();
  });

  test("say on their own page, and in their box, since when nothing is heard of them", async () => {
    const deck = scriptedDeck();
    await silentFleet(deck);
    const desk = await openDesk(deck, { size: { columns: 200, rows: 50 } });
    expect(has(await desk.press("z"), "node-a not heard for")).toBe(true);
    const pages = [await desk.press("2"), await desk.press("]"), await desk.press("]"), await desk.press("]")];
    expect(pages.some((page) => has(page, "on node-a") && has(page, "not heard for"))).toBe(true);
    await desk.close();
  });
});
