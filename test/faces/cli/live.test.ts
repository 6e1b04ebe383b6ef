import { describe, expect, test } from "vitest";
import { runId } from "./scripted-deck.ts";
import { inTerminal } from "./pty.ts";

const shows =
  (text: string) =>
  (frame: string[]): boolean =>
    frame.some((line) => line.includes(text));
/** Clocks run while a test looks. */
const still = (lines: string[]): string[] => lines.map((line) => line.replace(/\b\d:\d\d\b/g, "m:ss"));
const written = (lines: string[]): string[] => still(lines.filter((line) => line !== ""));

describe("the live view in a terminal", () => {
  test("is drawn in place, and constructs that end scroll away above it", async () => {
    using terminal = inTerminal("small", 80, 24);
    await terminal.until(shows("1 queued"));
    expect(written(await terminal.until(shows("task 3")))).toMatchInlineSnapshot(`
      [
        "m:ss · $0.0500 · daemon ○ waits for outcomes · 2 running · 1 queued · 0 done",
        "brake paranoid · run-20261122-101500-a1b2",
        "● running  cx-00000001    m:ss    $0.00  Bash ls -la /some/where/1 red 漢字漢…",
        "● running  cx-00000002    m:ss    $0.00  Bash ls -la /some/where/2 red 漢字漢…",
        "· queued   cx-00000003    m:ss    $0.00  waiting for a slot · task 3: 数える …",
      ]
    `);
    terminal.step();
    await terminal.until(shows("result of 2"));
    expect(written(await terminal.until(shows("2 done")))).toMatchInlineSnapshot(`
      [
        "cx-00000001  ✓ done    12.3 s · $0.0123: result of 1",
        "cx-00000002  ✓ done    12.3 s · $0.0123: result of 2",
        "m:ss · $0.0746 · daemon ○ waits for outcomes · 0 running · 1 queued · 2 done",
        "brake paranoid · run-20261122-101500-a1b2",
        "· queued   cx-00000003    m:ss    $0.00  waiting for a slot · task 3: 数える …",
      ]
    `);
    terminal.step();
    expect(await terminal.ended).toBe(0);
    expect(written(terminal.history())).toMatchInlineSnapshot(`
      [
        "cx-00000001  ✓ done    12.3 s · $0.0123: result of 1",
        "cx-00000002  ✓ done    12.3 s · $0.0123: result of 2",
        "daemon       says      That was all.",
        "✓ done · 8.5 s · $0.0746 · 3 constructs",
        "STATE     CONSTRUCT      TIME     COST  TASK",
        "✓ done    cx-00000001  12.3 s  $0.0123  task 1: 数える 🙂 and a text that is lo…",
        "✓ done    cx-00000002  12.3 s  $0.0123  task 2: 数える 🙂 and a text that is lo…",
        "· queued  cx-00000003       -    $0.00  task 3: 数える 🙂 and a text that is lo…",
        "report: /workspace/.cyberdeck/runs/run-20261122-101500-a1b2/report.md",
      ]
    `);
    expect(terminal.cursorHidden).toBe(false);
    expect(terminal.wraps).toBe(true);
  });

  test.each([
    [80, 24, 10],
    [40, 10, 26],
  ])("of %i x %i shows as many constructs as fit and says that %i more are there", async (columns, rows, more) => {
    using terminal = inTerminal("fleet", columns, rows);
    const frame = await terminal.until(shows(`+${more} more`));
    expect(frame).toHaveLength(rows);
    expect(frame[0]).toContain("OFFLINE (scripted offline model)");
    expect(frame.at(-1)).toBe("");
    expect(frame.filter((line) => line.startsWith("● running"))).toHaveLength(Math.min(10, 30 - more));
  });

  test("survives a change of size in the middle: what follows is drawn whole, once, in the new size", async () => {
    using terminal = inTerminal("fleet", 80, 24);
    await terminal.until(shows("+10 more"));
    terminal.resize(40, 10);
    const small = await terminal.until((frame) => frame[0]?.startsWith("OFFLINE") === true && shows("+26 more")(frame));
    expect(small.filter((line) => line.includes("cx-00000001"))).toHaveLength(1);
    terminal.resize(100, 40);
    const large = await terminal.until((frame) => frame.some((line) => line.startsWith("· queued   cx-00000030")));
    expect(large.filter((line) => line.startsWith("OFFLINE"))).toHaveLength(1);
    expect(large.filter((line) => line.includes("cx-00000001"))).toHaveLength(1);
    terminal.step();
    await terminal.until(shows("result of 3"));
    terminal.step();
    expect(await terminal.ended).toBe(0);
  });

  test("keeps what was above it when only the width changes", async () => {
    using terminal = inTerminal("small", 80, 24);
    await terminal.until(shows("task 3"));
    terminal.step();
    await terminal.until(shows("2 done"));
    terminal.resize(60, 24);
    const frame = await terminal.until(shows("waiting for a slo…"));
    const lines = written(frame);
    expect(lines.slice(0, 2)).toEqual([
      "cx-00000001  ✓ done    12.3 s · $0.0123: result of 1",
      "cx-00000002  ✓ done    12.3 s · $0.0123: result of 2",
    ]);
    expect(lines.filter((line) => line.includes("✓ done"))).toHaveLength(2);
    // A frame that was drawn for the old width may still be under way when the terminal gets narrower: a row of its
    // header can be left between the history and the block.
    expect(lines.slice(-4)).toEqual([
      "m:ss · $0.0746 · daemon ○ waits for outcomes · 0 running",
      "1 queued · 2 done · brake paranoid",
      runId,
      "· queued   cx-00000003    m:ss    $0.00  waiting for a slo…",
    ]);
  });

  test("uses no colour with NO_COLOR, and colours without it", async () => {
    using plain = inTerminal("small", 80, 24, { NO_COLOR: "1" });
    using colored = inTerminal("small", 80, 24);
    await Promise.all([plain.until(shows("task 3")), colored.until(shows("task 3"))]);
    const color = `${String.fromCharCode(27)}[36m`;
    expect(colored.raw).toContain(color);
    expect(plain.raw).not.toContain(color);
  });

  test("on a dumb terminal is plain lines without any cursor movement", async () => {
    using terminal = inTerminal("small", 80, 24, { TERM: "dumb" });
    await terminal.until(shows("task 3"));
    expect(terminal.raw).not.toContain(String.fromCharCode(27));
  });
});

describe("a held call on a terminal", () => {
  test.each([
    ["a\r", "allow"],
    ["p\r", "allow_pattern"],
    ["d\r", "deny"],
    ["d keep the history\r", "deny keep the history"],
    ["k\r", "kill"],
  ])("answered with %j is %s", async (typed, told) => {
    using terminal = inTerminal("hold", 90, 30);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    const asked = await terminal.until(shows("your answer>"));
    expect(asked.join("\n")).toContain("git push --force origin main");
    expect(asked.join("\n")).toContain("It rewrites shared history. (history.rewrite)");
    terminal.type(typed);
    expect(await terminal.ended).toBe(0);
    expect(terminal.history().join("\n")).toContain(`It was <${told}`);
  });

  test("is asked about again after an answer that is none", async () => {
    using terminal = inTerminal("hold", 90, 30);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.type("perhaps\r");
    await terminal.until(shows("answer with a, p, d"));
    terminal.type("k\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.history().join("\n")).toContain("It was <kill");
  });
});

describe("a run at its bound on a terminal", () => {
  test.each([
    ["r\r", "raise >"],
    ["7.50\r", "raise 7.5>"],
    ["off\r", "raise 0>"],
    ["e\r", "end >"],
  ])("is asked about, and %j is %s", async (typed, told) => {
    using terminal = inTerminal("budget", 90, 30);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    const asked = (await terminal.until(shows("your answer>"))).join("\n");
    for (const words of ["The run is AT ITS BOUND", "has used $2.01", "raise the bound to $4.01"])
      expect(asked).toContain(words);
    terminal.type("more\r");
    await terminal.until(shows("answer with r, an amount, or e"));
    terminal.type(typed);
    expect(await terminal.ended).toBe(0);
    expect(terminal.history().join("\n")).toContain(`It was <${told}`);
  });

  test("is left as it is when nobody answers", async () => {
    using terminal = inTerminal("budget", 90, 30);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.type("\u0004");
    expect(await terminal.ended).toBe(4);
    expect(terminal.history().join("\n")).toMatch(/--resume .+ --budget 4\.00/);
  });
});

describe("a construct under suspicion on a terminal", () => {
  test.each([
    ["k\r", "construct.kill cx-00000001"],
    ["continue\r", "construct.continue cx-00000001"],
  ])("is asked about, and %j is %s", async (typed, told) => {
    using terminal = inTerminal("suspicion", 90, 30);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    const asked = (await terminal.until(shows("your answer>"))).join("\n");
    for (const words of ["A construct NEEDS YOU", "It has run Bash", "k  kill the construct", "c  let it go on"])
      expect(asked).toContain(words);
    terminal.type("d\r");
    await terminal.until(shows("answer with k or c"));
    terminal.type(typed);
    expect(await terminal.ended).toBe(0);
    expect(terminal.history().join("\n")).toContain(`It was <${told}>`);
  });

  test("is not asked about any more when it is over, and the live picture comes back", async () => {
    using terminal = inTerminal("suspicion", 90, 30);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.step();
    await terminal.until(shows("1 PAUSED"));
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(130);
  });
});

describe("a question of the daemon in a terminal", () => {
  test("is shown, and the answer is sent to the daemon", async () => {
    using terminal = inTerminal("question", 80, 24);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    const asked = await terminal.until(shows("your answer>"));
    expect(written(asked)).toEqual([
      "daemon       says      I have counted them. Shall I delete  them?",
      " The daemon is WAITING FOR YOU",
      "your answer>",
    ]);
    terminal.type("yes, 漢字 too\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.history().join("\n")).toContain("You said <yes, 漢字 too>.");
  });

  test("is asked again once when the answer is empty; a second empty one ends with 3", async () => {
    using terminal = inTerminal("question", 80, 24);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.type("  \r");
    await terminal.until(shows("Please type an answer"));
    terminal.type("\r");
    expect(await terminal.ended).toBe(3);
    expect(terminal.history().join("\n")).toContain(`cyberdeck run --resume ${runId} --say "proceed"`);
  });

  test("that is left with Ctrl+D ends with 3, and the terminal is as it was", async () => {
    using terminal = inTerminal("question", 80, 24);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.type("\u0004");
    expect(await terminal.ended).toBe(3);
    expect(terminal.cursorHidden).toBe(false);
  });

  test("that is left with Ctrl+C stops the run with 130", async () => {
    using terminal = inTerminal("question", 80, 24);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.type("half an ans\u0003");
    expect(await terminal.ended).toBe(130);
  });

  test("takes the lines of one paste as one answer", async () => {
    using terminal = inTerminal("question", 80, 24);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.type("first\rsecond\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.history().join("\n")).toMatch(/You said <first\n\s+second>/);
  });

  test("keeps what happens meanwhile for after the answer", async () => {
    using terminal = inTerminal("question", 80, 24);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    await terminal.until(shows("your answer>"));
    terminal.step();
    terminal.type("go");
    const frame = await terminal.until(shows("your answer> go"));
    expect(shows("result of 1")(frame)).toBe(false);
    terminal.type("\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.history().join("\n")).toContain("result of 1");
  });
});

describe("leaving the live view", () => {
  test("with Ctrl+C twice kills, and leaves the terminal as it was", async () => {
    using terminal = inTerminal("stubborn", 80, 24);
    await terminal.until(shows("cx-00000002"));
    terminal.type("\u0003");
    const [note, header] = await terminal.until(shows("stopping… (Ctrl+C again to kill)"));
    expect(note).toMatch(/^stopping…/);
    // The same key within a tenth of a second counts as one.
    await terminal.until((frame) => frame[1] !== header);
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(130);
    expect(terminal.cursorHidden).toBe(false);
    expect(terminal.history().join("\n")).toContain("■ stopped");
  });

  test("at a bound tells the reason and how to raise it, with 4", async () => {
    using terminal = inTerminal("pause", 100, 24);
    await terminal.until(shows("cx-00000001"));
    terminal.step();
    expect(await terminal.ended).toBe(4);
    expect(terminal.history().join("\n")).toMatch(/the run has cost \$2\.01[^]+--resume .+ --budget 4\.00/);
  });

  test("by a fault takes the block away and shows the error below", async () => {
    using terminal = inTerminal("fault", 80, 24);
    await terminal.until(shows("cx-00000002"));
    terminal.step();
    expect(await terminal.ended).toBe(1);
    const lines = written(terminal.history());
    expect(lines[0]).toMatch(/^error: /);
    expect(terminal.cursorHidden).toBe(false);
  });
});
