import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.ts";
import type { Size } from "../../../../src/faces/cockpit/screen/size.ts";
import { runId, scriptedDeck, type Script } from "../../cli/scripted-deck.ts";
import { openDesk } from "../kit/desk.ts";
import { keptFrame, picture, sizes } from "../kit/frames.ts";
import { busyFleet, id } from "../kit/scenes.ts";

const has = (text: string) => (rows: string[]) => rows.some((row) => row.includes(text));

async function openReplay(script: Script = {}, size?: Size) {
  const deck = scriptedDeck(script);
  await busyFleet(deck);
  const desk = await openDesk(deck, size === undefined ? {} : { size });
  await desk.press("ctrl+p");
  await desk.write("show: replay");
  await desk.press("enter");
  return { deck, desk };
}

/** "12 of 41" of the bar. */
const eventOf = (rows: string[]): number => Number(/ · (\d+) of \d+/.exec(rows.join("\n"))?.[1] ?? Number.NaN);

describe("a replay", () => {
  test.each(sizes)(
    "shows the fleet as it was, where it is, and what happened last, at $columns x $rows",
    async (size) => {
      const { deck, desk } = await openReplay({}, size);
      await desk.until(has("It has not begun yet"));
      await desk.press("j");
      await desk.write(String(deck.events.length - 3));
      const frame = await desk.press("enter");
      await expect(picture(frame)).toMatchFileSnapshot(keptFrame("replay", size));
      await expect(picture(await desk.press("tab"))).toMatchFileSnapshot(keptFrame("replay-events", size));
      await desk.close();
    },
  );

  test("plays by itself until its end, and stands there", async () => {
    const { deck, desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    await desk.press("space");
    const some = await desk.pass(1000);
    expect(eventOf(some)).toBeGreaterThan(0);
    expect(eventOf(some)).toBeLessThan(deck.events.length);
    const frame = await desk.pass(60_000);
    expect(eventOf(frame)).toBe(deck.events.length);
    expect(has("‖ 4x")(frame)).toBe(true);
    await desk.close();
  });

  test("stops where it is, and does not go on while another page is in front", async () => {
    const { desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    await desk.press("-", "-", "space");
    const at = eventOf(await desk.pass(2000));
    expect(at).toBeGreaterThan(0);
    await desk.press("escape");
    await desk.pass(30_000);
    await desk.press("ctrl+p");
    await desk.write("show: replay");
    const frame = await desk.press("enter");
    expect(eventOf(frame)).toBeLessThanOrEqual(at + 2);
    expect(has("‖ 1x")(frame)).toBe(true);
    await desk.close();
  });

  test("goes an event on and back, to its end and its beginning, and no farther", async () => {
    const { deck, desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    expect(eventOf(await desk.press("["))).toBe(0);
    expect(eventOf(await desk.press("]", "]", "]"))).toBe(3);
    expect(eventOf(await desk.press("["))).toBe(2);
    expect(eventOf(await desk.press("end"))).toBe(deck.events.length);
    expect(eventOf(await desk.press("]"))).toBe(deck.events.length);
    expect(eventOf(await desk.press("home"))).toBe(0);
    await desk.close();
  });

  test("jumps to no place that is none, and says so", async () => {
    const { desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    await desk.press("]", "j");
    await desk.write("soon");
    const frame = await desk.press("enter");
    expect(has('"soon" is no place')(frame)).toBe(true);
    expect(eventOf(await desk.press("tab"))).toBe(1);
    await desk.close();
  });

  test("shows the constructs of then, whichever way it came there", async () => {
    const { deck, desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    await desk.press("j");
    await desk.write(String(deck.events.length - 3));
    const before = await desk.press("enter");
    await desk.press("tab", "end", "pageUp");
    await desk.press("j");
    await desk.write(String(deck.events.length - 3));
    await desk.press("enter");
    expect((await desk.press("tab")).slice(3, -1)).toEqual(before.slice(3, -1));
    await desk.close();
  });

  test("of a run that goes on has what has come since it was left, and stands where it stood", async () => {
    const { deck, desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    const known = deck.events.length;
    await desk.press("]", "]", "escape");
    deck.stage().emit("construct.said", { construct: id(3), text: "There is more." });
    await desk.pass(100);
    await desk.press("ctrl+p");
    await desk.write("show: replay");
    await desk.press("enter");
    const frame = await desk.until(has(` · 2 of ${known + 1}`));
    expect(has("‖ 4x")(frame)).toBe(true);
    expect(has("No construct yet. Tab shows the events.")(frame)).toBe(true);
    expect(has("sets a goal")(frame)).toBe(false);
    await desk.close();
  });

  test("asks nobody for anything: what was held then is not to be answered now", async () => {
    const { deck, desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    const before = deck.commands.length;
    const frame = await desk.press("end");
    expect(has("x allow")(frame)).toBe(false);
    await desk.press("k");
    await desk.press("p");
    expect(deck.commands.slice(before)).toEqual([]);
    await desk.close();
  });

  test("tells why a run cannot be read", async () => {
    const { desk } = await openReplay({
      refuse: ({ type }) =>
        type === "events.list" ? new Fault("storage", "record.torn", "the record is torn") : undefined,
    });
    expect(await desk.until(has(`${runId} cannot be read: the record is torn`))).toBeDefined();
    expect((await desk.press("space")).at(-1)).toContain("nothing to act on");
    await desk.close();
  });

  test("says where to choose a run where there is none", async () => {
    const desk = await openDesk(scriptedDeck());
    await desk.press("ctrl+p");
    await desk.write("show: replay");
    await desk.press("enter");
    expect(await desk.until(has("No run is chosen."))).toBeDefined();
    await desk.press("r");
    expect(await desk.until(has("No run yet."))).toBeDefined();
    await desk.close();
  });

  test("its cursor moves over the constructs of then", async () => {
    const { desk } = await openReplay();
    await desk.until(has("It has not begun yet"));
    await desk.press("end", "down");
    expect(await desk.until((rows) => rows.some((row) => row.includes("▸2") && row.includes("cx-")))).toBeDefined();
    expect(has(id(3))(await desk.press("up"))).toBe(true);
    await desk.close();
  });
});
