import { describe, expect, test } from "vitest";
import { runId, scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk, toPage } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";
import { conversation, waitingDaemon } from "./kit/talk-scenes.ts";

const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));

describe("talking to the daemon", () => {
  test.each(sizes)("shows what it asks and what waits unread at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await waitingDaemon(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("T");
    const frame = await desk.write("Yes, but without 数える 🙂");
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("say", size));
    await desk.press("escape");
    await desk.close();
  });

  test("sends what is written, and nothing when it is left", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck);
    const before = deck.commands.length;
    await desk.press("T");
    await desk.write("not this");
    await desk.press("escape");
    expect(deck.commands.filter(({ type }) => type === "say")).toHaveLength(1);
    expect(before).toBeGreaterThan(0);
    const again = await desk.press("T");
    expect(has(again, "not this")).toBe(true);
    expect(has(again, "your draft")).toBe(true);
    await desk.press("ctrl+u");
    await desk.write("go on");
    await desk.press("enter");
    expect(deck.commands.at(-1)).toEqual({ type: "say", run: runId, text: "go on" });
    await desk.close();
  });

  test("sends nothing that is empty, and says so", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    const frame = await desk.press("T", "space", "enter");
    expect(has(frame, "there is nothing written yet")).toBe(true);
    expect(deck.commands.some(({ type }) => type === "say")).toBe(false);
    await desk.press("escape");
    await desk.close();
  });

  test("keeps a draft for each construct, and undoes a word at a time", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("s", "s", "s", "q");
    await desk.write("for the fourth");
    await desk.press("escape", "s", "q");
    expect(has(await desk.write("other words"), "for the fourth")).toBe(false);
    expect(has(await desk.press("alt+z"), "other words")).toBe(false);
    await desk.press("escape", "w", "q", "enter");
    expect(deck.commands.at(-1)).toMatchObject({ type: "construct.send", text: "for the fourth" });
    await desk.close();
  });

  test("goes through what was sent before, and back to what was being written", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    for (const text of ["first", "second"]) {
      await desk.press("T");
      await desk.write(text);
      await desk.press("enter");
    }
    await desk.press("T");
    await desk.write("thi");
    expect(has(await desk.press("up", "up"), "history 2 of 2")).toBe(true);
    await desk.press("down", "down");
    await desk.write("rd");
    await desk.press("enter");
    expect(deck.commands.at(-1)).toMatchObject({ text: "third" });
    await desk.close();
  });
});

describe("a new construct", () => {
  test.each(sizes)("is asked for with its task, profile and caliber at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("n");
    const frame = await desk.write("Check every link of docs/manual.md");
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("new-construct", size));
    await desk.press("escape");
    await desk.close();
  });

  test("starts in the run that is open, as what was chosen", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("n");
    await desk.write("Check every link");
    await desk.press("tab");
    expect(has(await desk.press("r"), "reads and judges")).toBe(true);
    await desk.press("tab", "tab", "m", "enter");
    expect(deck.commands.at(-1)).toEqual({
      type: "construct.spawn",
      run: runId,
      task: "Check every link",
      profile: "reviewer",
      caliber: { effort: "medium" },
    });
    await desk.close();
  });

  test("opens a run of its own where none is open", async () => {
    const deck = scriptedDeck();
    const desk = await openDesk(deck);
    expect(has(await desk.press("n"), "No run is open")).toBe(true);
    await desk.write("alone");
    await desk.press("enter");
    const frame = await desk.until(() => deck.commands.some(({ type }) => type === "spawn"));
    expect(deck.commands.at(-1)).toMatchObject({ type: "spawn", tasks: ["alone"], settings: {} });
    expect(has(frame, "NO DECK")).toBe(false);
    await desk.close();
  });

  test("does not start without a task, and keeps the fields as they are", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("n");
    await desk.press("tab", "r");
    const frame = await desk.press("enter");
    expect(has(frame, "it has no task yet")).toBe(true);
    expect(has(frame, "reviewer")).toBe(true);
    expect(deck.commands.some(({ type }) => type === "construct.spawn")).toBe(false);
    await desk.press("escape");
    await desk.close();
  });
});

describe("stopping and opening a run", () => {
  test.each(sizes)("says what is ended before a run is stopped, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("S"))).toMatchFileSnapshot(keptFrame("stop", size));
    await desk.press("escape");
    expect(deck.commands.some(({ type }) => type === "stop")).toBe(false);
    await desk.close();
  });

  test("stops on Enter alone, without force", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("S", "y", "S", "space");
    expect(deck.commands.some(({ type }) => type === "stop")).toBe(false);
    await desk.press("enter");
    expect(deck.commands.at(-1)).toMatchObject({ type: "stop", run: runId, status: "stopped", force: false });
    await desk.close();
  });

  test("opens a closed run again, with a word to its daemon or without one", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    deck.stage().close("waiting", "Shall I go on?");
    await desk.until((frame) => frame.length > 0);
    await toPage(desk, "Daemon");
    await desk.until((frame) => has(frame, "r opens it again"));
    expect(has(await desk.press("r"), "waiting for you: Shall I go on?")).toBe(true);
    await desk.write("proceed");
    await desk.press("enter");
    expect(deck.commands.at(-1)).toEqual({ type: "run.resume", run: runId, command_line: [], say: "proceed" });
    // Where it was asked for, one stays.
    expect((await desk.until((frame) => has(frame, "goes on")))[2]).toContain("▌Daemon");
    await desk.close();
  });
});
