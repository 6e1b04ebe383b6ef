import { describe, expect, test } from "vitest";
import type { Size } from "../../../src/faces/cockpit/screen/size.ts";
import type { Hold } from "../../../src/protocol/hold.ts";
import { scriptedDeck, type ScriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk, type Desk } from "./kit/desk.ts";
import { fleetOf } from "./kit/fleet-scenes.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id } from "./kit/scenes.ts";

const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));
const cursorRow = (frame: readonly string[]): string => frame.find((row) => row.startsWith("▸")) ?? "";

async function busyDesk(size = { columns: 120, rows: 40 }): Promise<{ deck: ScriptedDeck; desk: Desk }> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  return { deck, desk: await openDesk(deck, { size }) };
}

const small: Size = { columns: 80, rows: 24 };

/** A fleet of so many, and perhaps one more call that waits. */
async function fleetDesk(
  count: number,
  options: Parameters<typeof openDesk>[1] = {},
  hold?: Hold,
): Promise<{ deck: ScriptedDeck; desk: Desk }> {
  const deck = scriptedDeck();
  await fleetOf(count, deck);
  if (hold !== undefined) deck.stage().emit("hold.opened", hold);
  return { deck, desk: await openDesk(deck, options) };
}

/** A call that waits, and is denied before those of the fleet. */
const heldCall = (changes: Partial<Hold>): Hold => ({
  hold: "hold-9",
  construct: "cx-9e3779b1",
  call: "held",
  tool: "Bash",
  input: "publish it",
  targets: [],
  diff: null,
  task: "",
  rule: "publish",
  reason: "it publishes",
  pattern: "",
  deadline: Date.UTC(2026, 10, 22, 10, 20, 3),
  ...changes,
});

describe("the fleet", () => {
  test.each(sizes)("is shown with the posture of its run at $columns x $rows", async (size) => {
    const { desk } = await busyDesk(size);
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("fleet", size));
    await desk.close();
  });

  test.each(sizes)("of twenty is seen at a glance at $columns x $rows", async (size) => {
    const { desk } = await fleetDesk(20, { size });
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("fleet-twenty", size));
    await desk.close();
  });

  test.each(sizes)("of six or fewer is in boxes at $columns x $rows", async (size) => {
    const frames: string[] = [];
    for (const count of [1, 3, 6]) {
      const { desk } = await fleetDesk(count, { size });
      frames.push(...(await desk.terminal.frame()));
      await desk.close();
    }
    await expect(picture(frames)).toMatchFileSnapshot(keptFrame("fleet-boxes", size));
  });

  test.each(sizes)("is grouped by its runs, with sums, at $columns x $rows", async (size) => {
    const { desk } = await fleetDesk(9, { size });
    await expect(picture(await desk.press("u"))).toMatchFileSnapshot(keptFrame("fleet-grouped", size));
    await desk.close();
  });

  test.each(sizes)("is filtered while the filter is written, at $columns x $rows", async (size) => {
    const { desk } = await busyDesk(size);
    await desk.press("/");
    await expect(picture(await desk.write("docs is:live"))).toMatchFileSnapshot(keptFrame("fleet-filter", size));
    await desk.press("enter");
    await desk.close();
  });

  test.each(sizes)("says what to do while it is empty, at $columns x $rows", async (size) => {
    const desk = await openDesk(scriptedDeck(), { size });
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("fleet-empty", size));
    await desk.close();
  });

  test("keeps its cursor on a construct while others come", async () => {
    const { deck, desk } = await busyDesk();
    const before = await desk.press("s", "s");
    deck.stage().queue("cx-99999999", "one more");
    const after = await desk.until((frame) => has(frame, "one more"));
    expect(cursorRow(after).slice(4, 28)).toBe(cursorRow(before).slice(4, 28));
    await desk.close();
  });

  test("keeps its cursor on a construct that moves, so that a key never hits another one", async () => {
    const { deck, desk } = await busyDesk();
    const before = await desk.press("3");
    expect(cursorRow(before)).toContain(id(5));
    deck.stage().emit("hold.opened", heldCall({ hold: "hold-2", construct: id(7), input: "git push", deadline: null }));
    const after = await desk.until((frame) => has(frame, "2 NEED YOU"));
    expect(cursorRow(after)).toContain(id(5));
    expect(cursorRow(after).slice(0, 3)).toBe("▸4 ");
    await desk.press("k");
    expect(deck.commands.at(-1)).toMatchObject({ type: "construct.kill", construct: id(5) });
    await desk.close();
  });

  test("has who is held on top, flagged so that it can be told without any colour", async () => {
    const { desk } = await fleetDesk(20, { theme: "mono" });
    const rows = (await desk.terminal.frame()).slice(4, 6);
    expect(rows.every((row) => row.includes("⚑ HELD"))).toBe(true);
    expect(rows[0]).toContain("0:12 Bash git push");
    await desk.close();
  });

  test("of twenty on the smallest screen shows the whole call that waits, and one key answers it", async () => {
    const { deck, desk } = await fleetDesk(20, { size: small });
    const frame = await desk.pass(500);
    expect(has(frame, "Bash  git push origin HEAD:release")).toBe(true);
    expect(frame.at(-1)).toMatch(/^ x allow once {2}v deny {2}/);
    await desk.press("x");
    expect(deck.commands.at(-1)).toMatchObject({ type: "hold.answer", hold: "hold-3", answer: "allow" });
    await desk.close();
  });

  test("allows for good only what was seen: a long pattern is shown first, and the call alone takes one key", async () => {
    const { deck, desk } = await fleetDesk(
      20,
      { size: small },
      heldCall({
        hold: "hold-wide",
        construct: "cx-9e3779b1",
        input: "publish it",
        targets: ["publish a package"],
        pattern: "publish # ".repeat(60),
      }),
    );
    await desk.pass(500);
    expect(has(await desk.press("X"), "X ALLOWS")).toBe(true);
    expect(deck.commands.some(({ type }) => type === "hold.answer")).toBe(false);
    await desk.press("escape", "x");
    expect(deck.commands.at(-1)).toMatchObject({ type: "hold.answer", hold: "hold-wide", answer: "allow" });
    await desk.close();
  });

  test("gives what waits half of the page at most, and a call that needs more is shown before it is allowed", async () => {
    const { deck, desk } = await fleetDesk(
      20,
      { size: small },
      heldCall({
        hold: "hold-long",
        construct: "cx-9e3779b1",
        input: "publish it now; ".repeat(80),
      }),
    );
    const frame = await desk.pass(500);
    expect(frame.filter((row) => /cx-[0-9a-f]{8} +\d:\d\d/.test(row))).toHaveLength(9);
    expect(frame.at(-1)).toMatch(/^ x see all of it {2}v deny /);
    await desk.press("x");
    expect(deck.commands.some(({ type }) => type === "hold.answer")).toBe(false);
    await desk.press("escape");
    await desk.close();
  });

  test("names keys at the bottom only for what can be done: nothing to filter, nothing to answer where it is empty", async () => {
    const desk = await openDesk(scriptedDeck());
    const hints = (await desk.terminal.frame()).at(-1) ?? "";
    expect(hints).toMatch(/^ e set or change the goal/);
    expect(hints).not.toMatch(/filter|order|group|answer|allow|deny/);
    await desk.close();
  });

  test("has a column for the caliber where they differ or where there is room", async () => {
    const { deck, desk } = await busyDesk();
    expect(has(await desk.terminal.frame(), "CALIBER")).toBe(false);
    deck.stage().emit("construct.queued", {
      construct: id(9),
      task: "Judge it",
      origin: "daemon",
      parent: null,
      caliber: { model: "opus", effort: "max" },
      after: [],
      profile: "default",
      plugins: null,
    });
    expect(has(await desk.until((frame) => has(frame, id(9))), "opus")).toBe(true);
    await desk.close();
  });

  test("counts in words where there is room for them", async () => {
    const { desk } = await busyDesk({ columns: 200, rows: 50 });
    expect(has(await desk.terminal.frame(), "● 4 at work  · 1 queued  ! 1 held")).toBe(true);
    await desk.close();
  });

  test("counts down until a held call decides itself", async () => {
    const { desk } = await busyDesk();
    expect(has(await desk.pass(4000), "0:11 Bash")).toBe(true);
    await desk.close();
  });

  test("can be put into boxes and back by hand", async () => {
    const { desk } = await busyDesk();
    expect(has(await desk.press("z"), "CONSTRUCT")).toBe(false);
    expect(has(await desk.press("z"), "CONSTRUCT")).toBe(true);
    await desk.close();
  });

  test("in boxes always has the one at the cursor in view", async () => {
    const { desk } = await fleetDesk(30, { size: small });
    await desk.press("z");
    for (let n = 0; n < 30; n += 1) expect(has(await desk.press("s"), "┌─ ▸")).toBe(true);
    await desk.close();
  });

  test("in a table that is longer than the screen always has the one at the cursor in view", async () => {
    const { desk } = await fleetDesk(60, { size: small });
    for (let n = 0; n < 61; n += 1) expect(cursorRow(await desk.press("s"))).not.toBe("");
    expect(cursorRow(await desk.press("home"))).toContain("⚑ HELD");
    await desk.close();
  });

  test("keeps who is held in sight, wherever the cursor is", async () => {
    const { desk } = await fleetDesk(60, { size: small });
    const end = await desk.press("end");
    expect(cursorRow(end)).toContain("✓ done");
    expect(end.filter((row) => row.includes("⚑ HELD"))).toHaveLength(2);
    await desk.close();
  });

  test("takes a cursor that nobody has moved to who needs an answer", async () => {
    const deck = scriptedDeck();
    const desk = await openDesk(deck);
    await fleetOf(9, deck);
    expect(cursorRow(await desk.until((frame) => has(frame, "1 NEEDS YOU")))).toContain("⚑ HELD");
    await desk.close();
  });

  test("leaves a cursor that was moved on a construct that has ended", async () => {
    const { deck, desk } = await busyDesk();
    await desk.press("s");
    deck.stage().end(id(4));
    expect(cursorRow(await desk.until((frame) => has(frame, "✓2")))).toContain(id(4));
    await desk.close();
  });

  test("says so where a filter lets nothing through, and shows all again with Esc", async () => {
    const { desk } = await busyDesk();
    await desk.press("/");
    const none = await desk.write("nowhere");
    expect(has(none, "None of 8 constructs is like this")).toBe(true);
    const all = await desk.press("escape");
    expect(has(all, id(8))).toBe(true);
    await desk.close();
  });

  test("says what an amount lacks while it is written, and goes on showing all", async () => {
    const { desk } = await busyDesk();
    await desk.press("/");
    const frame = await desk.write("cost>");
    expect(has(frame, "cost> takes dollars: cost>0.5")).toBe(true);
    expect(has(frame, id(8))).toBe(true);
    await desk.press("enter");
    await desk.close();
  });

  test("keeps a filter until Esc takes it away", async () => {
    const { desk } = await busyDesk();
    await desk.press("/");
    await desk.write("state:queued");
    const kept = await desk.press("enter");
    expect(has(kept, "/state:queued  1 of 8")).toBe(true);
    expect(has(kept, id(4))).toBe(false);
    expect(has(await desk.press("escape"), id(4))).toBe(true);
    await desk.close();
  });

  test("tells the order that it is in, and turns it", async () => {
    const { desk } = await busyDesk();
    expect(has(await desk.press("o"), "cost ▾")).toBe(true);
    expect(has(await desk.press("O"), "cost ▴")).toBe(true);
    await desk.close();
  });

  test("opens the construct at the cursor, and comes back to it", async () => {
    const { desk } = await busyDesk();
    expect(has(await desk.press("4", "enter"), `running  ${id(6)}`)).toBe(true);
    expect(cursorRow(await desk.press("escape"))).toContain(id(6));
    await desk.close();
  });

  test("copies a task as it was written, and the construct as JSON", async () => {
    const { desk } = await busyDesk();
    await desk.press("2", "y", "Y");
    expect(desk.copied[0]).toBe("Write docs/eject.md; 数える and 🙂 must keep the border straight");
    const json: unknown = JSON.parse(desk.copied[1] ?? "");
    expect(json).toMatchObject({ id: id(4), state: "running" });
    await desk.close();
  });

  test("has nothing to copy, to open or to kill where it is empty", async () => {
    const deck = scriptedDeck();
    const desk = await openDesk(deck);
    await desk.press("enter", "y", "Y", "k", "1", "s", "pageDown", "end", "o", "O", "u", "z");
    expect(desk.copied).toEqual([]);
    expect(deck.commands.some(({ type }) => type === "construct.kill")).toBe(false);
    await desk.close();
  });
});
