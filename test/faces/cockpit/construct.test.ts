import { describe, expect, test } from "vitest";
import { scriptedDeck, type ScriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id, talkativeConstruct } from "./kit/scenes.ts";

async function talkative(size = { columns: 120, rows: 40 }): Promise<{ deck: ScriptedDeck; desk: Desk }> {
  const deck = scriptedDeck();
  await talkativeConstruct(deck);
  const desk = await openDesk(deck, { size });
  await desk.press("2", "enter");
  return { deck, desk };
}

/** A construct that has said so many things, in one run. */
async function longWinded(count: number): Promise<ScriptedDeck> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  const stage = deck.stage();
  for (let n = 1; n <= count; n += 1) stage.emit("construct.said", { construct: id(4), text: `word ${n} of many` });
  return deck;
}

const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));

describe("the construct page", () => {
  test.each(sizes)("shows what a construct is and all that it did, at $columns x $rows", async (size) => {
    const { desk } = await talkative(size);
    await expect(picture(await desk.terminal.frame())).toMatchFileSnapshot(keptFrame("construct", size));
    await desk.close();
  });

  test.each(sizes)("shows a held call with its rule and its countdown, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await talkativeConstruct(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("1", "enter"))).toMatchFileSnapshot(keptFrame("construct-held", size));
    await desk.close();
  });

  test.each(sizes)("shows how a construct ended, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("8", "enter"))).toMatchFileSnapshot(keptFrame("construct-ended", size));
    await desk.close();
  });

  test("says what to do as long as there is no construct", async () => {
    const desk = await openDesk(scriptedDeck());
    expect(has(await desk.press("d"), "No construct yet.")).toBe(true);
    await desk.press("f", "w", "pageUp", "enter", "y", "[", "]");
    await desk.close();
  });

  test("goes to the construct before and after, and round at the ends", async () => {
    const { desk } = await talkative();
    expect(has(await desk.press("]"), " running  cx-00000005")).toBe(true);
    expect(has(await desk.press("[", "["), "HELD  cx-00000003")).toBe(true);
    expect(has(await desk.press("[", "[", "["), " queued  cx-00000008")).toBe(true);
    await desk.close();
  });

  test("opens what is folded under the cursor, and folds it again", async () => {
    const { desk } = await talkative();
    const folded = await desk.press("w", "w", "w", "w", "w", "w");
    expect(has(folded, "… 34 more lines")).toBe(true);
    const open = await desk.press("enter");
    expect(has(open, "… 34 more lines")).toBe(false);
    expect(has(open, "line 20")).toBe(true);
    expect(has(await desk.press("enter"), "… 34 more lines")).toBe(true);
    await desk.close();
  });

  test("stays where the reader is when more comes, says how far the end is, and goes back to it", async () => {
    const deck = await longWinded(100);
    const desk = await openDesk(deck, { size: { columns: 80, rows: 24 } });
    await desk.press("2", "enter");
    const before = await desk.press("pageUp");
    const stage = deck.stage();
    for (let n = 1; n <= 3; n += 1) stage.emit("construct.said", { construct: id(4), text: `news ${n}` });
    const after = await desk.until((frame) => has(frame, "newer entries · End follows"));
    const inView = (frame: readonly string[]): string[] => frame.filter((row) => row.includes("▌ word"));
    expect(inView(after)).toEqual(inView(before));
    expect(has(after, "▌ news 3")).toBe(false);
    const end = await desk.press("end");
    expect(has(end, "▌ news 3")).toBe(true);
    expect(has(end, "▼ follows")).toBe(true);
    await desk.close();
  });

  test("asks the deck for what was before, until there is nothing before it", async () => {
    const deck = await longWinded(700);
    const desk = await openDesk(deck);
    await desk.press("2", "enter");
    const lists = (): number =>
      deck.commands.filter((one) => one.type === "events.list" && one.construct === id(4)).length;
    for (let n = 0; n < 6; n += 1) await desk.press("home", "w");
    const start = await desk.until((frame) => has(frame, "≡ Write docs/eject.md"));
    expect(has(start, "older ones are on record")).toBe(false);
    const asked = lists();
    expect(asked).toBeGreaterThan(1);
    await desk.press("home", "w", "w");
    expect(lists()).toBe(asked);
    await desk.close();
  });

  test("shows what is looked for, counts it, and steps through it", async () => {
    const deck = await longWinded(60);
    const desk = await openDesk(deck);
    await desk.press("2", "enter", "/");
    const typed = await desk.write("word 1 ");
    expect(has(typed, "in 1 entry")).toBe(true);
    const kept = await desk.press("enter");
    expect(has(kept, "/word 1 ")).toBe(true);
    expect(has(kept, "word 1 of many")).toBe(true);
    expect(has(await desk.press("escape"), "/word 1 ")).toBe(false);
    expect(has(await desk.terminal.frame(), "▌Construct")).toBe(true);
    await desk.close();
  });

  test.each(sizes)("says of how much it has searched, and looks farther back, at $columns x $rows", async (size) => {
    const deck = await longWinded(900);
    const desk = await openDesk(deck, { size });
    await desk.press("2", "enter");
    await desk.until((frame) => has(frame, "word 900 of many"));
    await desk.press("/");
    const typed = await desk.write("word 77 ");
    await expect(picture(typed)).toMatchFileSnapshot(keptFrame("construct-search", size));
    expect(typed.at(-1)).toMatch(/in none of the latest \d+, ↑ looks back/);
    // M would be written.
    expect(has(typed, "M looks back")).toBe(false);
    expect(has(await desk.press("enter"), "M looks back")).toBe(true);
    await desk.press("/");
    await desk.press("up");
    const there = await desk.until((frame) => frame.at(-1)?.includes("in 1 ") === true);
    expect(has(there, "word 77 of many")).toBe(true);
    await desk.press("enter", "escape");
    await desk.close();
  });

  test("looks farther back with M, and says when all of the record was searched", async () => {
    const deck = await longWinded(900);
    const desk = await openDesk(deck);
    await desk.press("2", "enter", "/");
    await desk.write("the help of verb 4");
    await desk.press("enter", "M");
    await desk.until((frame) => has(frame, "I begin with the help of verb 4."));
    expect(has(await desk.press("M"), "in 1 ")).toBe(true);
    await desk.press("escape", "/");
    await desk.write("no such words");
    await desk.press("enter", "M");
    expect(has(await desk.until((frame) => has(frame, "nowhere")), "M looks back")).toBe(false);
    await desk.close();
  });

  test("gives up looking farther back when nothing is looked for any more", async () => {
    const deck = await longWinded(3000);
    const desk = await openDesk(deck);
    const lists = (): number => deck.commands.filter((one) => one.type === "events.list" && one.before).length;
    await desk.press("2", "enter", "/");
    await desk.write("no such words");
    await desk.press("up", "escape");
    await desk.pass(1000);
    const before = lists();
    await desk.pass(1000);
    expect(lists()).toBe(before);
    expect(has(await desk.terminal.frame(), "once more")).toBe(false);
    await desk.close();
  });

  test("asks before it looks through a very long record to its beginning", async () => {
    const deck = await longWinded(7000);
    const desk = await openDesk(deck);
    await desk.press("2", "enter", "/");
    await desk.write("the help of verb 4");
    await desk.press("enter", "M");
    await desk.until((frame) => has(frame, "once more looks farther back"));
    await desk.press("M");
    await desk.until((frame) => has(frame, "once more looks farther back"));
    await desk.press("M");
    expect(await desk.until((frame) => has(frame, "I begin with the help of verb 4."))).toBeDefined();
    await desk.close();
  });

  test("finds a tool by its name", async () => {
    const { desk } = await talkative();
    await desk.press("/");
    expect(has(await desk.write("edit"), "in 1 entry")).toBe(true);
    await desk.press("enter");
    await desk.close();
  });

  test("copies the entry under the cursor as text and as its events", async () => {
    const { desk } = await talkative();
    await desk.press("w", "y", "Y");
    expect(desk.copied[0]).toBe("Bash ls missing\nls: cannot access 'missing': No such file or directory");
    const events: unknown = JSON.parse(desk.copied[1] ?? "");
    expect(events).toMatchObject([{ type: "construct.tool_called" }, { type: "construct.tool_returned" }]);
    await desk.close();
  });

  test("acts on the construct that it shows", async () => {
    const { deck, desk } = await talkative();
    await desk.press("k");
    expect(deck.commands.at(-1)).toMatchObject({ type: "construct.kill", construct: id(4) });
    await desk.close();
  });

  test("does not allow with one key what is not all in view", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    deck.stage().emit("hold.opened", {
      hold: "hold-long",
      construct: id(5),
      call: "call-long",
      tool: "Bash",
      input: Array.from({ length: 60 }, (_, n) => `echo ${n} && `).join("\n"),
      targets: [],
      diff: null,
      task: "",
      rule: "some.rule",
      reason: "it is long",
      pattern: "",
      deadline: null,
    });
    const desk = await openDesk(deck);
    await desk.press("2", "enter", "x");
    expect(deck.commands.some(({ type }) => type === "hold.answer")).toBe(false);
    await desk.press("escape");
    await desk.press("[", "[");
    await desk.pass(3000);
    await desk.press("x");
    expect(deck.commands.at(-1)).toMatchObject({ type: "hold.answer", hold: "hold-1", answer: "allow" });
    await desk.close();
  });

  test("keeps escape sequences of models and tools inert", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const text = "before \u001b[31mred\u001b]0;title\u0007 after\u202e";
    deck.stage().emit("construct.said", { construct: id(4), text });
    const desk = await openDesk(deck);
    const frame = await desk.press("2", "enter");
    expect(has(frame, "before red after")).toBe(true);
    expect(desk.terminal.written).not.toContain("]0;title");
    await desk.close();
  });
});
