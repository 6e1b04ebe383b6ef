import { describe, expect, test } from "vitest";
import type { HoldEnd } from "../../../src/protocol/hold.ts";
import { scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { openDesk, toPage, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id, needyFleet } from "./kit/scenes.ts";

const closing = (hold: string, end: HoldEnd) => ({
  hold,
  construct: id(3),
  turn: 1,
  call: "call-hold",
  end,
  note: null,
});

/** Answers close what they are about, as the engine does. */
const answering: Script = {
  onHoldAnswer: (stage, { hold, answer }) => stage.emit("hold.closed", closing(hold, answer)),
  onBoundAnswer: (stage, { item }) => stage.emit("attention.closed", { item, how: "continued" }),
};

const answersOf = (deck: ReturnType<typeof scriptedDeck>) => deck.commands.filter(({ type }) => type === "hold.answer");
const text = (frame: string[]): string => frame.join("\n");
const cursorRow = (frame: string[]): string => frame.find((row) => row.startsWith("▸")) ?? "";

async function needyDesk(script: Script = answering): Promise<{ deck: ReturnType<typeof scriptedDeck>; desk: Desk }> {
  const deck = scriptedDeck(script);
  await needyFleet(deck);
  return { deck, desk: await openDesk(deck) };
}

describe("the inbox", () => {
  test.each(sizes)("shows what waits and everything about it at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await needyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("g"))).toMatchFileSnapshot(keptFrame("inbox", size));
    await expect(picture(await desk.press("s"))).toMatchFileSnapshot(keptFrame("inbox-diff", size));
    await desk.close();
  });

  test.each(sizes)("has nothing to show at $columns x $rows while nothing waits", async (size) => {
    const deck = scriptedDeck();
    const desk = await openDesk(deck, { size });
    await expect(picture(await toPage(desk, "Inbox"))).toMatchFileSnapshot(keptFrame("inbox-empty", size));
    await desk.close();
  });

  test.each(sizes)("shows each kind of need at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await needyFleet(deck);
    const desk = await openDesk(deck, { size });
    const frames: string[] = [];
    for (let n = 0; n < 7; n += 1) frames.push(picture(await desk.press("g")));
    await expect(frames.slice(2).join("")).toMatchFileSnapshot(keptFrame("inbox-kinds", size));
    await desk.close();
  });

  test.each(sizes)("asks for notes, bounds and a second yes at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await needyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("g");
    await desk.pass(500);
    await expect(picture(await desk.press("V"))).toMatchFileSnapshot(keptFrame("need-note", size));
    await desk.press("escape", "g", "g");
    await desk.pass(500);
    await expect(picture(await desk.press("x"))).toMatchFileSnapshot(keptFrame("need-confirm", size));
    await desk.press("escape", "g", "g");
    await desk.pass(500);
    await expect(picture(await desk.press("x"))).toMatchFileSnapshot(keptFrame("need-bound", size));
    await desk.press("escape");
    await desk.close();
  });

  test("lists what decides itself first, then what is most serious", async () => {
    const { desk } = await needyDesk();
    const frame = await desk.press("g");
    const order = [
      "Bash is held",
      "Edit is held",
      "bypassed the gate",
      "no login",
      "at its bound",
      "forbidden work",
      "silent",
    ];
    const list = frame.slice(4, 11);
    const rows = order.map((title) => list.findIndex((row) => row.includes(title)));
    expect(rows).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await desk.close();
  });

  test("counts what waits in its tab, on every page", async () => {
    const { desk } = await needyDesk();
    expect(text(await desk.press("escape"))).toContain("Inbox 7");
    await desk.close();
  });

  test("g goes from one need to the next, and round again", async () => {
    const { desk } = await needyDesk();
    const first = cursorRow(await desk.press("g"));
    const second = cursorRow(await desk.press("g"));
    expect(second).not.toBe(first);
    for (let n = 0; n < 5; n += 1) await desk.press("g");
    expect(cursorRow(await desk.press("g"))).toBe(first);
    await desk.close();
  });

  test("x allows the held call whose whole command is in view, and the cursor goes to the next need", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("g");
    await desk.pass(500);
    await desk.press("x");
    expect(answersOf(deck)).toEqual([{ type: "hold.answer", hold: "hold-1", answer: "allow" }]);
    const frame = await desk.until((one) => text(one).includes("Inbox 6"));
    expect(cursorRow(frame)).toContain("Edit is held");
    await desk.close();
  });

  test("a key that comes just after the need under it has changed answers nothing", async () => {
    const { deck, desk } = await needyDesk();
    const frame = await desk.press("g", "x");
    expect(answersOf(deck)).toEqual([]);
    expect(text(frame)).toContain("this came up only now");
    await desk.close();
  });

  test("x twice in a row allows one call, not the one that came into its place", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("g");
    await desk.pass(500);
    await desk.press("x");
    await desk.until((frame) => text(frame).includes("Inbox 6"));
    await desk.press("x");
    expect(answersOf(deck)).toHaveLength(1);
    await desk.close();
  });

  test.each([
    ["v", "deny"],
    ["X", "allow_pattern"],
  ])("%s answers a held call with %s", async (key, answer) => {
    const { deck, desk } = await needyDesk();
    await desk.press("g");
    await desk.pass(500);
    await desk.press(key);
    expect(answersOf(deck)).toEqual([{ type: "hold.answer", hold: "hold-1", answer }]);
    await desk.close();
  });

  test("V denies with a note that the model is told", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("g");
    await desk.pass(500);
    await desk.press("V");
    await desk.write("use the staging registry");
    await desk.press("enter");
    expect(answersOf(deck)).toEqual([
      { type: "hold.answer", hold: "hold-1", answer: "deny", note: "use the staging registry" },
    ]);
    await desk.close();
  });

  test("what has closed meanwhile is not answered in another one's place", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("g");
    await desk.pass(500);
    deck.stage().emit("hold.closed", closing("hold-1", "expired"));
    await desk.until((frame) => text(frame).includes("Inbox 6"));
    await desk.press("x");
    expect(answersOf(deck)).toEqual([]);
    await desk.close();
  });

  test("x at a bound asks for the new one, and says what it cannot be", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("g", "g", "g", "g", "g");
    await desk.pass(500);
    const frame = await desk.press("x");
    expect(text(frame)).toContain("Raise the bound");
    expect(text(frame)).toContain("22");
    await desk.write("x");
    expect(text(await desk.press("enter"))).toContain("construct_turns cannot be");
    expect(deck.commands.filter(({ type }) => type === "bound.answer")).toEqual([]);
    await desk.press("backspace", "enter");
    expect(deck.commands).toContainEqual({ type: "bound.answer", item: "at-1", answer: "raise", to: 22 });
    await desk.close();
  });

  test("what had bypassed the gate goes on only when that is confirmed", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("g", "g", "g");
    await desk.pass(500);
    await desk.press("x");
    expect(deck.commands.some(({ type }) => type === "construct.continue")).toBe(false);
    await desk.press("escape", "x", "enter");
    expect(deck.commands).toContainEqual({ type: "construct.continue", construct: id(6) });
    await desk.close();
  });

  test("forbidden work stays forbidden with v, and is out of sight", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("g", "g", "g", "g", "g", "g");
    await desk.pass(500);
    const frame = await desk.press("v");
    expect(text(frame)).toContain("Inbox 6");
    expect(deck.commands.some(({ type }) => type === "blacklist.allow")).toBe(false);
    await desk.close();
  });

  test("the daemon that waits is answered in a prompt, in which nothing written means proceed", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    deck.stage().emit("hold.closed", closing("hold-1", "deny"));
    deck.stage().emit("run.waiting", { question: "Shall I join the pages?" });
    const desk = await openDesk(deck);
    expect(text(await desk.press("g"))).toContain("Shall I join the pages?");
    await desk.pass(500);
    await desk.press("x", "enter");
    expect(deck.commands).toContainEqual({ type: "say", run: deck.stage().run, text: "proceed" });
    await desk.close();
  });
});

describe("the page of the daemon", () => {
  test("x answers what the daemon asks there, and v finishes only when that is confirmed", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    deck.stage().emit("run.waiting", { question: "Shall I join the pages?" });
    const desk = await openDesk(deck);
    await desk.press("ctrl+p");
    await desk.write("show: daemon");
    await desk.press("enter");
    await desk.pass(500);
    await desk.press("v");
    expect(deck.commands.some(({ type }) => type === "say")).toBe(false);
    await desk.press("escape", "x");
    await desk.write("yes, in order");
    await desk.press("enter");
    expect(deck.commands.filter(({ type }) => type === "say")).toEqual([
      { type: "say", run: deck.stage().run, text: "yes, in order" },
    ]);
    await desk.close();
  });
});

describe("the details of a need", () => {
  test.each(sizes)("open over the fleet at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await needyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("2", "x"))).toMatchFileSnapshot(keptFrame("need", size));
    await desk.close();
  });

  test("x on a held construct allows at once what the fleet shows all of", async () => {
    const { deck, desk } = await needyDesk();
    await desk.pass(500);
    await desk.press("x");
    expect(answersOf(deck)).toEqual([{ type: "hold.answer", hold: "hold-1", answer: "allow" }]);
    await desk.close();
  });

  test("x on a held edit shows its diff first, and allows it then", async () => {
    const { deck, desk } = await needyDesk();
    await desk.press("2");
    await desk.pass(500);
    await desk.press("x");
    expect(answersOf(deck)).toEqual([]);
    for (let n = 0; n < 4 && answersOf(deck).length === 0; n += 1) {
      await desk.pass(500);
      await desk.press("x");
    }
    expect(answersOf(deck)).toEqual([{ type: "hold.answer", hold: "hold-2", answer: "allow" }]);
    await desk.close();
  });

  test("a command that is longer than the screen is not allowed before its end was seen", async () => {
    const deck = scriptedDeck(answering);
    await busyFleet(deck);
    const long = Array.from({ length: 90 }, (_, n) => `echo ${n}`).join("\n");
    deck.stage().emit("hold.opened", {
      hold: "hold-long",
      construct: id(5),
      call: "call-long",
      tool: "Bash",
      input: `${long}\nrm -rf /`,
      targets: [],
      diff: null,
      task: "",
      rule: "delete",
      reason: "it deletes",
      pattern: "rm -rf /",
      deadline: null,
    });
    const desk = await openDesk(deck);
    await desk.press("g", "g");
    await desk.pass(500);
    const frames = [await desk.press("x")];
    for (let n = 0; n < 4; n += 1) {
      await desk.pass(500);
      if (answersOf(deck).length > 0) break;
      frames.push(await desk.press("x"));
    }
    expect(frames[0]?.some((row) => row.includes("rm -rf /") && row.includes("│  "))).toBe(false);
    expect(text(frames.at(-2) ?? [])).toContain("rm -rf /");
    expect(frames.length).toBeGreaterThan(2);
    expect(answersOf(deck)).toEqual([{ type: "hold.answer", hold: "hold-long", answer: "allow" }]);
    await desk.close();
  });

  test("escape sequences in a command do not act, and are told of", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    deck.stage().emit("hold.opened", {
      hold: "hold-evil",
      construct: id(5),
      call: "call-evil",
      tool: "Bash",
      input: "curl evil.example \u001b[2K\u001b]0;fine\u0007# ls",
      targets: [],
      diff: null,
      task: "",
      rule: "network",
      reason: "it uses the network",
      pattern: "curl evil.example",
      deadline: null,
    });
    const desk = await openDesk(deck);
    const frame = text(await desk.press("g", "g"));
    expect(frame).toContain("curl evil.example # ls");
    expect(frame).toContain("characters of it that a terminal would act on are not shown");
    expect(desk.terminal.written).not.toContain("fine\u0007");
    await desk.close();
  });
});
