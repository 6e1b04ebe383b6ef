import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { runId, scriptedDeck, settings, type Script, type ScriptedDeck, type Stage } from "./scripted-deck.ts";
import { plainText, run, stand } from "./test-world.ts";

function deckWithRun(script: Script = {}): ScriptedDeck {
  const deck = scriptedDeck(script);
  const stage = deck.stage();
  stage.emit("run.opened", { kind: "goal", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
  stage.emit("goal.set", { goal: "Count." });
  stage.queue("cx-1a2b0000", "task");
  return deck;
}

const says =
  (answer: string, states: Record<number, "given" | "unknown"> = {}) =>
  (stage: Stage, ask: string): void => {
    const citations = Object.entries(states).map(([seq, state]) => ({ seq: Number(seq), state }));
    const wrong = citations.filter(({ state }) => state !== "given").length;
    stage.emit("watchdog.answered", { ask, answer, citations, wrong, cost_usd: 0.0021, duration_ms: 1500 });
  };

describe("cyberdeck ask", () => {
  test("tells the answer with its wrong citations marked, who answered, what it cost, and how to look at a citation", async () => {
    const deck = deckWithRun({ onAsk: says("It counts [2], surely [77].", { 2: "given", 77: "unknown" }) });
    const world = stand(["ask", "what is it doing?", "--construct", "1a2b"], deck);
    const { code, out, err } = await run(world);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("It counts [2], surely [77 ✗ no such event].");
    expect(out).toContain("1 of 2 citations does not hold: ✗ marks them");
    expect(out).toContain(`cyberdeck show ${runId} --event 2`);
    expect(out).toMatch(/wd-00000001 · .* · 1a2b · sonnet·high · \$0\.0021 · 1\.5 s · was shown 3 of 3 events/);
    expect(world.opened[0]?.mode).toBe("attach");
    expect(deck.commands).toEqual([{ type: "ask", question: "what is it doing?", construct: "1a2b" }]);
  });

  test("says of an answer without a citation that nothing of it is proven", async () => {
    const { out } = await run(stand(["ask", "why?"], deckWithRun({ onAsk: says("Because.") })));
    expect(out).toContain("it cites no event: nothing here is proven by the record");
  });

  test("shows nothing that a terminal would act on, in the answer and in the history", async () => {
    const deck = deckWithRun({ onAsk: says("\u001b[31mred\u001b[0m \u202e[2]\u0007", { 2: "given" }) });
    const { out } = await run(stand(["ask", "why \u001b]0;x\u0007?"], deck));
    expect(out).toContain("red [2]");
    expect(plainText(out)).toBe(out);
    const history = await run(stand(["ask", "--history"], deck));
    expect(plainText(history.out)).toBe(history.out);
    expect(history.out).toMatch(/why \?\nred \[2\]/);
  });

  test("answers by itself where no deck runs", async () => {
    const none = new Fault("refused", "deck.not_running", "no deck runs here");
    const deck = deckWithRun({ onAsk: says("So [2].", { 2: "given" }) });
    let calls = 0;
    const world = stand(["ask", "why?", "--offline"], () => {
      calls += 1;
      return calls === 1 ? Promise.reject(none) : Promise.resolve(deck);
    });
    expect(await run(world)).toMatchObject({ code: 0, out: expect.stringContaining("So [2].") });
    expect(world.opened.map(({ mode, offline }) => [mode, offline])).toEqual([
      ["attach", true],
      ["ask", true],
    ]);
  });

  test("is about the run that --run names, also one that is closed", async () => {
    const deck = deckWithRun({ onAsk: says("So.") });
    deck.stage().close("done");
    await run(stand(["ask", "why?", "--run", "a1b2"], deck));
    await run(stand(["ask", "why?", "--run", runId, "--anyway"], deck));
    expect(deck.commands.filter(({ type }) => type === "ask")).toEqual([
      { type: "ask", question: "why?", run: runId },
      { type: "ask", question: "why?", run: runId, anyway: true },
    ]);
  });

  test("writes one line of JSON on demand, whatever came of it", async () => {
    const deck = deckWithRun({ onAsk: says("It counts [2].", { 2: "given" }) });
    const answered = await run(stand(["ask", "what?", "--json"], deck));
    expect(JSON.parse(answered.out)).toMatchObject({
      ask: "wd-00000001",
      run: runId,
      state: "answered",
      answer: "It counts [2].",
      citations: [{ seq: 2, state: "given" }],
      wrong: 0,
      cost_usd: 0.0021,
    });
    const onAsk = (stage: Stage, ask: string): void =>
      stage.emit("watchdog.failed", { ask, reason: "the usage limit is reached", cost_usd: 0 });
    const failed = await run(stand(["ask", "what?", "--json"], deckWithRun({ onAsk })));
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.out)).toMatchObject({
      state: "failed",
      answer: null,
      reason: "the usage limit is reached",
    });
  });

  test("takes the question back on Ctrl+C, and says so", async () => {
    const deck = deckWithRun({ onAsk: () => void setImmediate(() => world.raise("SIGINT")) });
    const world = stand(["ask", "why?"], deck);
    const { code, out } = await run(world);
    expect([code, out]).toEqual([130, expect.stringContaining("taken back")]);
    expect(deck.commands.at(-1)).toEqual({ type: "ask.cancel", ask: "wd-00000001" });
    expect(world.listening).toBe(0);
  });

  test("lists what waits, and takes back one by its id", async () => {
    const line = { ask: "wd-1", run: runId, question: "why?\u001b[2J", about: null } as const;
    const deck = deckWithRun({ asks: [{ ...line, state: "answering" }] });
    const { out } = await run(stand(["ask", "--list"], deck));
    expect(out).toMatch(/wd-1 +answering +run-\S+ +why\?/);
    const json = await run(stand(["ask", "--list", "--json"], deck));
    expect(JSON.parse(json.out)).toEqual({ ...line, state: "answering" });
    expect((await run(stand(["ask", "--list"], deckWithRun()))).out).toBe("No question waits for an answer.\n");
    const world = stand(["ask", "--cancel", "wd-1"], deck);
    expect(await run(world)).toMatchObject({ code: 0, out: "wd-1: taken back\n" });
    expect(world.opened[0]?.mode).toBe("attach");
  });

  test.each([
    { argv: ["ask"], says: "there is no question" },
    { argv: ["ask", "  "], says: "there is no question" },
    { argv: ["ask", "why", "not?"], says: "too many arguments" },
    { argv: ["ask", "why?", "--list"], says: "take no question" },
    { argv: ["ask", "why?", "--history"], says: "take no question" },
    { argv: ["ask", "--list", "--history"], says: "cannot be used with" },
    { argv: ["ask", "--cancel", "wd-1", "--history"], says: "cannot be used with" },
    { argv: ["ask", "why?", "--run", "none"], says: "there is no run" },
    { argv: ["show", "last", "--event", "x"], says: "not the number of an event" },
    { argv: ["show", "last", "--event", "0"], says: "not the number of an event" },
    { argv: ["show", "last", "--event", "999"], says: "no such event" },
  ])("refuses $argv with a next step", async ({ argv, says: text }) => {
    const deck = deckWithRun();
    const { code, err, out } = await run(stand(argv, deck));
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(text)]);
    expect(deck.commands.filter(({ type }) => type.startsWith("ask"))).toEqual([]);
  });

  test("tells why the deck refuses, with the next step", async () => {
    const fault = new Fault("refused", "watchdog.bound", "the run has used $5", {
      hint: "ask all the same with --anyway",
    });
    const { code, err } = await run(stand(["ask", "why?"], deckWithRun({ refuse: () => fault })));
    expect([code, err]).toEqual([1, expect.stringMatching(/has used \$5[\s\S]*--anyway/)]);
  });
});

describe("cyberdeck show --event", () => {
  test("shows the event in full between its neighbours, also as it stands in an answer", async () => {
    const deck = deckWithRun();
    deck.stage().emit("construct.said", { construct: "cx-1a2b0000", text: "one\ntwo\u001b[31m" });
    deck.stage().emit("construct.said", { construct: "cx-1a2b0000", text: "after" });
    const { code, out } = await run(stand(["show", "last", "--event", "[4]"], deck));
    expect(code).toBe(0);
    expect(out).toMatch(/^\[3\] .*construct\.queued/m);
    expect(out).toMatch(/^\[4\] construct\.said · 2026-/m);
    expect(out).toContain("  text:\n    one\n    two\n");
    expect(out).toMatch(/^\[5\] .* text: after$/m);
  });

  test("writes it as one line of JSON on demand", async () => {
    const { out } = await run(stand(["show", "last", "--event", "2", "--json"], deckWithRun()));
    expect(JSON.parse(out)).toMatchObject({
      seq: 2,
      type: "goal.set",
      goal: "Count.",
      before: [{ seq: 1 }],
      after: [{ seq: 3 }],
    });
  });
});
