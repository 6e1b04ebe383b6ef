import { describe, expect, test } from "vitest";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk, toPage, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id } from "./kit/scenes.ts";
import { conversation, waitingDaemon } from "./kit/talk-scenes.ts";

/** The page of the daemon, with what it has asked for. */
async function atDaemon(desk: Desk): Promise<string[]> {
  await toPage(desk, "Daemon");
  return desk.until((frame) => frame.some((row) => /^ 10:\d\d /.test(row)));
}

const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));

describe("the conversation with the daemon", () => {
  test.each(sizes)("says in magenta that the daemon waits, and how to answer, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await waitingDaemon(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await atDaemon(desk))).toMatchFileSnapshot(keptFrame("daemon-waiting", size));
    await desk.close();
  });

  test.each(sizes)("shows what was said, done, refused and misspoken at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await atDaemon(desk))).toMatchFileSnapshot(keptFrame("daemon", size));
    await desk.close();
  });

  test("follows what comes until it is left, and again from its end", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck, { size: { columns: 80, rows: 24 } });
    expect(has(await atDaemon(desk), "Leave the chapter")).toBe(true);
    const up = await desk.press("pageUp");
    expect(has(up, "↓ more below")).toBe(true);
    deck.stage().emit("netrunner.said", { text: "and one thing more" });
    const kept = await desk.press("home", "home");
    expect(has(kept, "a page for each verb")).toBe(true);
    expect(has(kept, "and one thing more")).toBe(false);
    const end = await desk.press("end");
    expect(has(end, "and one thing more")).toBe(true);
    expect(has(end, "follows")).toBe(true);
    await desk.close();
  });

  test("unfolds the message of a turn and the thinking, one by one or all", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck);
    expect(has(await atDaemon(desk), "before I ask.")).toBe(false);
    const all = await desk.press("Z");
    expect(has(all, "before I ask.")).toBe(true);
    expect(has(all, "cx-00000002 failed: crash")).toBe(true);
    await desk.press("Z", "/");
    await desk.write("Crashed once");
    await desk.press("enter");
    const one = await desk.press("z");
    expect(has(one, "before I ask.")).toBe(true);
    expect(has(one, "cx-00000002 failed: crash")).toBe(false);
    await desk.close();
  });

  test("says how many messages no turn has conveyed yet, and not those that one has", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck);
    expect(has(await atDaemon(desk), "1 message of yours unread")).toBe(true);
    const said = deck.events.find(({ type }) => type === "netrunner.said")?.seq ?? 0;
    const turn = { daemon: "dm-00000001", turn: 3, message: "NETRUNNER: …", inputs: [said] };
    deck.stage().emit("daemon.turn_started", turn);
    await desk.until((frame) => has(frame, "turn 3") && !has(frame, "unread"));
    await desk.close();
  });

  test("finds a text, steps through its places and says when it is nowhere", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck);
    await atDaemon(desk);
    await desk.press("/");
    expect(has(await desk.write("no such words"), "nowhere")).toBe(true);
    await desk.press("escape", "/");
    expect(has(await desk.write("docs/"), "in 8 entries")).toBe(true);
    await desk.press("enter");
    await desk.press("]");
    await desk.press("Y");
    expect(JSON.parse(desk.copied.at(-1) ?? "")).toMatchObject({ type: "construct.queued" });
    await desk.close();
  });

  test("copies what is said, not its escape sequences", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    deck.stage().emit("daemon.chat", { daemon: "dm-00000001", text: "look\u001b]0;owned\u0007 here" });
    const desk = await openDesk(deck);
    await atDaemon(desk);
    await desk.press("y");
    expect(desk.copied).toEqual(["look here"]);
    await desk.close();
  });

  test("shows everything that happens on Tab, and the conversation again", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck);
    expect(has(await atDaemon(desk), "HELD")).toBe(false);
    await desk.press("tab");
    await desk.until((frame) => has(frame, "HELD: Bash rm -rf build"));
    await desk.press("tab");
    await desk.until((frame) => !has(frame, "HELD: Bash rm -rf build"));
    await desk.close();
  });

  test("asks for older events when its start is reached, and keeps the place", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    for (let n = 1; n <= 700; n += 1) deck.stage().emit("netrunner.said", { text: `word ${n}.` });
    const desk = await openDesk(deck);
    await atDaemon(desk);
    await desk.press("home");
    await desk.until((frame) => has(frame, "word 201."));
    await desk.press("w");
    await desk.until((frame) => has(frame, "word 200."));
    await desk.press("home");
    const first = await desk.until((frame) => has(frame, "checked against its help"));
    expect(has(first, "word 200.")).toBe(false);
    await desk.close();
  });

  test("tells a netrunner without a run how one begins", async () => {
    const desk = await openDesk(scriptedDeck());
    expect(has(await toPage(desk, "Daemon"), "No run is open. e sets a goal")).toBe(true);
    await desk.close();
  });

  test("says that its run is over, why, and that it can be opened again", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck);
    await atDaemon(desk);
    deck.stage().close("stopped", "stopped by the netrunner: enough for today");
    const frame = await desk.until((now) => has(now, "The run is stopped"));
    expect(has(frame, "r opens it again")).toBe(true);
    await desk.close();
  });

  test("has the cursor's construct in focus, so that it can be told something from here", async () => {
    const deck = scriptedDeck();
    await conversation(deck);
    const desk = await openDesk(deck);
    await atDaemon(desk);
    await desk.press("/");
    await desk.write("80 columns");
    await desk.press("enter", "q");
    await desk.write("wider");
    await desk.press("enter");
    expect(deck.commands.at(-1)).toEqual({ type: "construct.send", construct: id(4), text: "wider" });
    await desk.close();
  });
});
