import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { answerLines, askWord } from "../../../src/faces/cockpit/model/answer.ts";
import type { AskView } from "../../../src/protocol/watchdog.ts";
import { runId, scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk, toPage, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id } from "./kit/scenes.ts";
import { askedWatchdog } from "./kit/talk-scenes.ts";

const has = (frame: readonly string[], text: string): boolean => frame.some((row) => row.includes(text));

/** The page of the watchdog with the cursor on the answered question, the oldest one. */
async function atAnswer(desk: Desk): Promise<string[]> {
  await toPage(desk, "Watchdog");
  await desk.until((frame) => has(frame, "✓ answered"));
  return desk.press("end");
}

describe("the page of the watchdog", () => {
  test.each(sizes)(
    "shows questions with their state and the answer with its citations at $columns x $rows",
    async (size) => {
      const deck = scriptedDeck();
      await askedWatchdog(deck);
      const desk = await openDesk(deck, { size });
      await expect(picture(await atAnswer(desk))).toMatchFileSnapshot(keptFrame("watchdog", size));
      await desk.close();
    },
  );

  test.each(sizes)("opens a cited event between its neighbours at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await askedWatchdog(deck);
    const desk = await openDesk(deck, { size });
    await atAnswer(desk);
    await desk.press("enter");
    const frame = await desk.until((now) => has(now, "[31] "));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("event", size));
    await desk.press("escape");
    await desk.close();
  });

  test("goes from citation to citation, says which do not hold, and what is wrong with one that is opened", async () => {
    const deck = scriptedDeck();
    await askedWatchdog(deck);
    const desk = await openDesk(deck);
    expect(has(await atAnswer(desk), "Tab citation 1 of 4")).toBe(true);
    const last = await desk.press("shift+tab");
    expect(has(last, "Tab citation 4 of 4")).toBe(true);
    expect(has(last, "4711✗")).toBe(true);
    expect(has(last, "1 of 4 citations does not hold")).toBe(true);
    await desk.press("enter");
    await desk.until((frame) => has(frame, "there is no such event"));
    await desk.press("escape", "tab", "tab", "enter");
    await desk.until((frame) => has(frame, "[20] "));
    await desk.press("]");
    expect(has(await desk.until((frame) => has(frame, "[21] ")), "[20] ")).toBe(true);
    await desk.press("escape");
    await desk.close();
  });

  test("is empty before anything was asked, and says how to ask", async () => {
    const desk = await openDesk(scriptedDeck());
    expect(has(await toPage(desk, "Watchdog"), "Nothing was asked yet. t asks")).toBe(true);
    await desk.close();
  });

  test("takes a question back that is open, and no other", async () => {
    const deck = scriptedDeck();
    await askedWatchdog(deck);
    const desk = await openDesk(deck);
    await atAnswer(desk);
    await desk.press("c");
    expect(deck.commands.some(({ type }) => type === "ask.cancel")).toBe(false);
    await desk.press("home", "c");
    expect(deck.commands.at(-1)).toEqual({ type: "ask.cancel", ask: "wd-00000005" });
    await desk.until((frame) => has(frame, "It was taken back."));
    await desk.close();
  });

  test("shows an answer that comes while it is looked at, with its cursor on the new question", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await toPage(desk, "Watchdog");
    await desk.press("t");
    await desk.write("What now?");
    await desk.press("enter");
    expect(deck.commands.find(({ type }) => type === "ask")).toEqual({
      type: "ask",
      question: "What now?",
      run: runId,
    });
    await desk.until((frame) => has(frame, "answering"));
    deck.stage().emit("watchdog.answered", {
      ask: "wd-00000001",
      answer: "Nothing much, says nobody.",
      citations: [],
      wrong: 0,
      cost_usd: 0.001,
      duration_ms: 100,
    });
    const frame = await desk.until((now) => has(now, "Nothing much"));
    expect(has(frame, "It cites no event: nothing here is proven by the record.")).toBe(true);
    await desk.close();
  });

  test("asks about the construct that the cursor is on", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    expect(has(await desk.press("t"), `Ask the watchdog about ${id(3)}`)).toBe(true);
    await desk.write("Why?");
    await desk.press("enter");
    expect(deck.commands.find(({ type }) => type === "ask")).toMatchObject({ construct: id(3), run: runId });
    await desk.close();
  });
});

describe("a question at a bound", () => {
  test("is asked only when that is confirmed, and not twice", async () => {
    const bound = new Fault("refused", "watchdog.bound", "the run is at its bound, and an answer costs");
    const deck = scriptedDeck({
      refuse: (command) => (command.type === "ask" && command.anyway !== true ? bound : undefined),
    });
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("t");
    await desk.write("Why?");
    await desk.press("enter");
    await desk.until((frame) => has(frame, "Ask all the same?"));
    const asked = (): number =>
      deck.commands.filter((command) => command.type === "ask" && command.anyway === true).length;
    expect(asked()).toBe(0);
    await desk.press("enter");
    await desk.until(() => asked() > 0);
    expect(asked()).toBe(1);
    await desk.close();
  });

  test("that is refused for another reason is told", async () => {
    const gone = new Fault("usage", "run.unknown", "there is no such run");
    const deck = scriptedDeck({ refuse: (command) => (command.type === "ask" ? gone : undefined) });
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("t");
    await desk.write("Why?");
    await desk.press("enter");
    expect(has(await desk.until((frame) => has(frame, "there is no such run")), "Ask all the same?")).toBe(false);
    await desk.close();
  });
});

describe("an answer", () => {
  const ask = (changes: Partial<AskView>): AskView => ({
    ask: "wd-1",
    run: "run-1",
    question: "?",
    about: null,
    caliber: { model: "haiku", effort: "low" },
    askedAt: 5,
    by: null,
    state: "answered",
    given: null,
    answer: "",
    citations: [],
    reason: "",
    costUsd: 0,
    durationMs: 0,
    ...changes,
  });
  const marked = (answer: string, seqs: number[], width = 60): string[] =>
    answerLines(ask({ answer, citations: seqs.map((seq) => ({ seq, state: "given" })) }), width, undefined).flatMap(
      ({ spans }) => spans.filter(({ look }) => look === "key").map(({ text }) => text),
    );

  test("has its citations marked, and no other number", () => {
    expect(marked("There were 12 tries [12], then [seq 13; 14-15] and 13 more.", [12, 13, 14, 15])).toEqual([
      "12",
      "13",
      "14",
      "15",
    ]);
    expect(marked("some 12 tries", [12])).toEqual([]);
  });

  test("keeps a citation that its row cuts in two", () => {
    expect(marked("a citation of two [101, 102]", [101, 102], 24)).toEqual(["101", "102"]);
  });

  test("that waits says how many are before it; one that is given the record is being answered", () => {
    const first = ask({ state: "open", askedAt: 1 });
    const second = ask({ state: "open", askedAt: 2 });
    expect(askWord(second, [first, second]).word).toBe("· 1 before it");
    expect(askWord(first, [first, second]).word).toBe("· waits");
    const given = { seqs: [], bytes: 0, events: 0, up_to: 0, search: "scan" as const };
    expect(askWord({ ...first, given }, []).word).toBe("● answering");
  });
});
