import { assert, asyncProperty, constantFrom, array, tuple, integer } from "fast-check";
import { describe, expect, test } from "vitest";
import { scriptedDeck } from "../../cli/scripted-deck.ts";
import { openDesk } from "../kit/desk.ts";
import { busyFleet, id } from "../kit/scenes.ts";

/** The call that waits in the fleet from the beginning. */
const held = "rm -rf build && npm publish --dry-run";

type Step = readonly [what: "open" | "close" | "x" | "v" | "g" | "s" | "w" | "wait", n: number];

const steps = array(
  tuple(
    constantFrom("open", "open", "close", "x", "x", "v", "g", "s", "w", "wait", "wait"),
    integer({ min: 0, max: 20 }),
  ),
  { minLength: 10, maxLength: 40 },
);

describe("an answer in the inbox", () => {
  test(
    "is for the call that has been under the cursor for 0.4 s at least, whatever comes and goes meanwhile",
    { timeout: 120_000 },
    async () => {
      let given = 0;
      await assert(
        asyncProperty(steps, async (all: Step[]) => {
          const deck = scriptedDeck();
          await busyFleet(deck);
          const stage = deck.stage();
          const open: string[] = [];
          const wrong: string[] = [];
          let opened = 0;
          let now = 0;
          const desk = await openDesk(deck);
          let frame = await desk.press("g");
          // It was under the cursor of the fleet already, a picture before.
          let shown = { command: commandIn(frame), at: now - 100 };
          /** The picture after something, and since when it shows what it shows. */
          const look = (next: string[]): void => {
            frame = next;
            const command = commandIn(frame);
            if (command !== shown.command) shown = { command, at: now };
          };
          for (const [what, n] of all) {
            if (what === "open") {
              opened += 1;
              open.push(`hold-${opened + 10}`);
              stage.emit("hold.opened", aHold(`hold-${opened + 10}`, n));
              // It is in the model before it is in the picture.
              for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
            } else if (what === "close") {
              const [hold] = open.splice(n % Math.max(1, open.length), 1);
              if (hold === undefined) continue;
              stage.emit("hold.closed", {
                hold,
                construct: id(5),
                turn: 1,
                call: `c-${hold}`,
                end: "expired",
                note: null,
              });
              for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
            } else if (what === "wait") {
              look(await desk.pass(0));
              now += 100;
              await desk.pass(n * 50);
              now += n * 50 + 100;
              look(await desk.pass(0));
              now += 100;
            } else {
              const before = deck.commands.filter(({ type }) => type === "hold.answer").length;
              const { command, at } = shown;
              const age = now - at;
              look(await desk.press(what));
              now += 100;
              const answers = deck.commands.filter((one) => one.type === "hold.answer").slice(before);
              given += answers.length;
              const meant = answers.map(({ hold }) => (hold === "hold-1" ? held : `echo ${hold}`));
              // A picture is looked at here up to 100 ms after it was drawn.
              if (answers.length > 1 || meant.some((one) => one !== command) || (answers.length > 0 && age < 300))
                wrong.push(`${what} on ${command}, shown for ${age} ms, answered ${meant.join(" and ")}`);
            }
          }
          await desk.close();
          expect(wrong).toEqual([]);
        }),
        { numRuns: 40, seed: 20_261_123 },
      );
      // The property says something only where answers were given.
      expect(given).toBeGreaterThan(20);
    },
  );
});

/** The command that the details show. */
const commandIn = (frame: string[]): string | undefined => {
  const row = frame.find((one) => one.includes("│ BASH"));
  return row === undefined ? undefined : /BASH\s+(.*?)\s*│/.exec(row)?.[1];
};

const aHold = (hold: string, n: number) => ({
  hold,
  construct: id(5),
  call: `c-${hold}`,
  tool: "Bash",
  input: `echo ${hold}`,
  targets: [],
  diff: null,
  task: "a task",
  rule: "publish",
  reason: "it publishes",
  pattern: "echo",
  deadline: n % 3 === 0 ? null : Date.UTC(2026, 10, 22, 10, 40, n),
});
