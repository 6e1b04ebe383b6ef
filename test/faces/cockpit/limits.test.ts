import { describe, expect, test } from "vitest";
import { settingGroups } from "../../../src/faces/cockpit/limits/facts.ts";
import { Fault } from "../../../src/base/fault.ts";
import { settingTable } from "../../../src/protocol/setting-table.ts";
import { scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { openDesk, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";

const text = (frame: string[]): string => frame.join("\n");
const changes = (deck: ReturnType<typeof scriptedDeck>) =>
  deck.commands.filter(({ type }) => type === "settings.change" || type === "settings.save");

async function busyDesk(script: Script = {}): Promise<{ deck: ReturnType<typeof scriptedDeck>; desk: Desk }> {
  const deck = scriptedDeck(script);
  await busyFleet(deck);
  return { deck, desk: await openDesk(deck) };
}

/** Empties a prompt that has a value in it. */
const emptied = ["ctrl+a", "ctrl+k"];

describe("the limits", () => {
  test.each(sizes)("are shown with what is used of them at $columns x $rows", async (size) => {
    const deck = scriptedDeck({ saved: { pool: 5, day_usd: 20 } });
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("l"))).toMatchFileSnapshot(keptFrame("limits", size));
    await desk.press("enter", ...emptied);
    await expect(picture(await desk.write("five"))).toMatchFileSnapshot(keptFrame("limits-edit", size));
    await desk.press("escape");
    await desk.close();
  });

  test("every setting is in exactly one group", () => {
    const grouped = settingGroups.flatMap(({ lines }) => lines.map(({ name }) => name));
    expect(grouped.toSorted()).toEqual(settingTable.map(({ name }) => name).toSorted());
  });

  test("a change holds at once, for the run alone, and says so", async () => {
    const { deck, desk } = await busyDesk();
    await desk.press("l", "enter", ...emptied);
    await desk.write("7.50");
    const frame = await desk.press("enter");
    expect(changes(deck)).toEqual([{ type: "settings.change", run: deck.stage().run, settings: { budget_usd: 7.5 } }]);
    expect(text(frame)).toContain("budget: $7.5, at once, for run-20261122-101500-a1b2 alone");
    expect(text(await desk.until((one) => text(one).includes("$7.50")))).toContain("$7.50");
    await desk.close();
  });

  test.each(["five", "-1", "1e9", "$", "5 euros", "off off"])(
    "%j is refused where it is written, and stays there",
    async (value) => {
      const { deck, desk } = await busyDesk();
      await desk.press("l", "enter", ...emptied);
      await desk.write(value);
      const frame = await desk.press("enter");
      expect(text(frame)).toContain("budget cannot be");
      expect(text(frame)).toContain(value);
      expect(changes(deck)).toEqual([]);
      await desk.press("escape");
      await desk.close();
    },
  );

  test("S keeps a change for later runs, and leaves the open one alone", async () => {
    const { deck, desk } = await busyDesk();
    await desk.press("l", "S", ...emptied);
    await desk.write("3");
    const frame = await desk.press("enter");
    expect(changes(deck)).toEqual([{ type: "settings.save", set: { budget_usd: 3 }, unset: [] }]);
    expect(text(frame)).toContain("from the next run on");
    await desk.close();
  });

  test("what cannot change in an open run is kept for later ones, which is said before", async () => {
    const { deck, desk } = await busyDesk();
    await desk.press("l");
    const caliber = settingGroups.flatMap(({ lines }) => lines).findIndex(({ name }) => name === "caliber");
    await desk.press(...Array.from({ length: caliber }, () => "s"));
    const frame = await desk.press("enter");
    expect(text(frame)).toContain("It cannot change in a run that is open");
    await desk.press(...emptied);
    await desk.write("opus/max");
    await desk.press("enter");
    expect(changes(deck)).toEqual([
      { type: "settings.save", set: { caliber: { model: "opus", effort: "max" } }, unset: [] },
    ]);
    await desk.close();
  });

  test("u goes back to what is built in, where the home keeps another value", async () => {
    const { deck, desk } = await busyDesk({ saved: { budget_usd: 9 } });
    await desk.press("l");
    await desk.press("u");
    expect(changes(deck)).toEqual([{ type: "settings.save", set: {}, unset: ["budget_usd"] }]);
    expect(text(await desk.press("u"))).toContain("nothing to act on here");
    await desk.close();
  });

  test("a refusal of the deck changes nothing on the screen", async () => {
    const { desk } = await busyDesk({
      refuse: ({ type }) => (type === "settings.change" ? new Fault("refused", "test.no", "not now") : undefined),
    });
    await desk.press("l", "enter", ...emptied);
    await desk.write("7");
    const frame = await desk.press("enter");
    expect(text(frame)).toContain("not now");
    expect(text(frame)).toContain("$5");
    await desk.close();
  });

  test("the brake is not taken off by a word: its own dialog opens", async () => {
    const { desk } = await busyDesk();
    const brake = settingGroups.flatMap(({ lines }) => lines).findIndex(({ name }) => name === "brake");
    await desk.press("l", ...Array.from({ length: brake }, () => "s"));
    expect(text(await desk.press("enter"))).toContain("Brake of run-");
    await desk.press("escape");
    await desk.close();
  });

  test("without a run they are those of the next one, and are kept", async () => {
    const deck = scriptedDeck({ saved: { pool: 5 } });
    const desk = await openDesk(deck);
    const frame = await desk.press("l");
    expect(text(frame)).toContain("No run is open");
    await desk.press("enter");
    await desk.write("4");
    await desk.press("enter");
    expect(changes(deck)).toEqual([{ type: "settings.save", set: { budget_usd: 4 }, unset: [] }]);
    await desk.close();
  });
});
