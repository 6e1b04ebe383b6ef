import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { farDeck } from "../kit/far-deck.ts";
import { inPty } from "../kit/pty.ts";
import { busyFleet } from "../kit/scenes.ts";

const program = join(import.meta.dirname, "..", "kit", "failing-process.ts");
const isShown = (frame: string[]): boolean => frame.some((row) => row.includes("CYBERDECK ● attached"));

describe("a cockpit that dies of a defect", () => {
  test.each([
    ["an exception", "SIGUSR2", "a defect in a timer"],
    ["a rejected promise", "SIGPWR", "a defect in a promise"],
  ] as const)(
    "gives the terminal back before it says so (%s), and its deck goes on",
    async (_what, signal, message) => {
      await using far = await farDeck();
      await busyFleet(far.deck);
      using terminal = inPty(process.execPath, [program, ...far.args], { env: far.env });
      await terminal.until(isShown);
      process.kill(terminal.pid, signal);
      expect(await terminal.ended).toBe(1);
      expect(terminal.left()).toEqual([]);
      // On the screen that was there before, from the beginning of a line, with nothing of the cockpit around it.
      const frame = terminal.frame();
      expect(frame[0]).toBe(`error: a defect in cyberdeck: ${message}`);
      expect(frame.join("\n")).not.toContain("CYBERDECK");
      expect(far.deck.closings).toBe(0);
      expect(far.deck.commands.map(({ type }) => type)).not.toContain("stop");
    },
  );

  test("does not take the terminal again on its way out", async () => {
    await using far = await farDeck();
    using terminal = inPty(process.execPath, [program, ...far.args], { env: far.env });
    await terminal.until((frame) => frame.some((row) => row.includes("● attached")));
    process.kill(terminal.pid, "SIGUSR2");
    process.kill(terminal.pid, "SIGCONT");
    terminal.resize({ columns: 80, rows: 24 });
    expect(await terminal.ended).toBe(1);
    expect(terminal.left()).toEqual([]);
  });
});

describe("a cockpit whose terminal is gone", () => {
  test("leaves, and its deck goes on", async () => {
    await using far = await farDeck();
    const terminal = inPty(process.execPath, [program, ...far.args], { env: far.env });
    await terminal.until((frame) => frame.some((row) => row.includes("● attached")));
    terminal.hangUp();
    expect([0, 129]).toContain(await terminal.ended);
    far.deck.stage();
    expect(far.deck.closings).toBe(0);
  });
});
