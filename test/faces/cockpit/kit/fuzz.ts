import { sample, type Arbitrary } from "fast-check";
import { scriptedDeck, type ScriptedDeck } from "../../cli/scripted-deck.ts";
import { openDesk, type Desk } from "./desk.ts";
import type { Unicode } from "./emulator.ts";
import { busyFleet, id } from "./scenes.ts";
import { anyText } from "./texts.ts";

/** What became of a fuzz. */
export interface Fuzzed {
  steps: number;
  /** The longest that one step took until its picture, milliseconds. */
  slowestMs: number;
  /** The steps that led to a failure, the last ones; empty when all went well. */
  failed: string[];
  problem: string | undefined;
}

const characters = Array.from(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ?/:.,-+*'\"[]{}()<>=!@#$%^&~`|\\;",
);
const editing = [
  "enter",
  "escape",
  "tab",
  "shift+tab",
  "backspace",
  "delete",
  "alt+enter",
  "ctrl+a",
  "ctrl+e",
  "ctrl+k",
];
const moving = ["up", "down", "left", "right", "home", "end", "pageUp", "pageDown", "ctrl+u", "ctrl+w"];
const keys = [...characters, ...editing, ...moving, "ctrl+l", "ctrl+p", "ctrl+c"];

/** Garbage that a terminal, or somebody who writes into it, may send. */
const garbage = [
  "\u001b[",
  "\u001b[<0;5M",
  "\u001b[999;999R",
  "\u001b]11;rgb:0/0/0\u0007",
  "\u001b[?62;c",
  "\u0000",
  "\u001bOX",
  "\u001b[I",
  "\u001b[O",
  "\ud800",
  "é",
  "漢",
  "🙂",
];

const sizes = [
  [80, 24],
  [120, 40],
  [200, 50],
  [60, 15],
  [59, 14],
  [20, 10],
  [1, 1],
  [250, 60],
] as const;

/**
 * Drives a whole cockpit with random keys, pastes, clicks, sizes, times and events of its deck. After each step the picture must be
 * whole: as many rows as the terminal has, none of them longer, nothing sent that acts.
 */
export async function fuzzCockpit(seed: number, steps: number, unicode: Unicode = "11"): Promise<Fuzzed> {
  const random = randomOf(seed);
  const deck = scriptedDeck();
  await busyFleet(deck);
  const desk = await openDesk(deck, { unicode });
  const texts = sampled(anyText(12), seed);
  const trail: string[] = [];
  let slowestMs = 0;
  const whether = { left: false };
  void desk.left.then(() => (whether.left = true));
  for (let step = 0; step < steps && !whether.left; step += 1) {
    const began = performance.now();
    try {
      trail.push(await oneStep(random, desk, deck, texts, step));
      const problem = whether.left ? undefined : wrongIn(await desk.terminal.frame(), desk);
      if (problem !== undefined) return { steps: step, slowestMs, failed: trail.slice(-20), problem };
    } catch (error) {
      return { steps: step, slowestMs, failed: trail.slice(-20), problem: String(error) };
    }
    slowestMs = Math.max(slowestMs, performance.now() - began);
  }
  if (!whether.left) {
    desk.terminal.resize({ columns: 120, rows: 40 });
    await desk.press("escape", "escape", "escape", "escape");
    await desk.close();
  }
  return { steps, slowestMs, failed: [], problem: undefined };
}

type Random = (below: number) => number;

async function oneStep(random: Random, desk: Desk, deck: ScriptedDeck, texts: string[], step: number): Promise<string> {
  const { terminal } = desk;
  const text = texts[random(texts.length)] ?? "";
  switch (random(10)) {
    case 0: {
      const [columns, rows] = sizes[random(sizes.length)] ?? [80, 24];
      terminal.resize({ columns, rows });
      await desk.press();
      return `resize ${columns}x${rows}`;
    }
    case 1:
      terminal.type(`\u001b[200~${text}\u001b[201~`);
      await desk.press();
      return `paste ${JSON.stringify(text)}`;
    case 2: {
      const [x, y, button] = [random(terminal.columns + 2), random(terminal.rows + 2), [0, 32, 64, 65][random(4)] ?? 0];
      terminal.type(`\u001b[<${button};${x};${y}M`, `\u001b[<${button};${x};${y}m`);
      await desk.press();
      return `mouse ${button} ${x} ${y}`;
    }
    case 3:
      happen(deck, random, text, step);
      await desk.press();
      return `event ${JSON.stringify(text)}`;
    case 4: {
      const one = garbage[random(garbage.length)] ?? "";
      terminal.type(one);
      await desk.press();
      return `garbage ${JSON.stringify(one)}`;
    }
    case 5: {
      const ms = random(20_000);
      await desk.pass(ms);
      return `pass ${ms}`;
    }
    default: {
      const pressed = Array.from({ length: 1 + random(4) }, () => keys[random(keys.length)] ?? "s");
      await desk.press(...pressed);
      return `press ${pressed.join(" ")}`;
    }
  }
}

/** Something happens in the deck. Its run may have been stopped by then. */
function happen(deck: ScriptedDeck, random: Random, text: string, step: number): void {
  const stage = deck.stage();
  const construct = id(1 + random(7));
  switch (random(6)) {
    case 0:
      return stage.queue(`cx-${(0x10000000 + step).toString(16)}`, text === "" ? "a task" : text);
    case 1:
      return stage.emit("construct.said", { construct, text });
    case 2:
      return stage.emit("construct.tool_called", { construct, call: `fuzz-${step}`, tool: "Bash", input: text });
    case 3:
      return stage.emit("daemon.chat", { daemon: "dm-00000001", text });
    case 4:
      return stage.emit("hold.opened", {
        hold: `hold-${step}`,
        construct,
        call: `held-${step}`,
        tool: "Bash",
        input: text,
        targets: [text],
        diff: random(2) === 0 ? null : `--- a\n+++ b\n@@ -1 +1 @@\n-${text}\n+${text}`,
        task: text,
        rule: "fuzz",
        reason: text,
        pattern: "fuzz *",
        deadline: Date.UTC(2026, 10, 22, 10, 20, random(60)),
      });
    default:
      return stage.emit("run.waiting", { question: text });
  }
}

const sampled = (texts: Arbitrary<string>, seed: number): string[] => sample(texts, { seed, numRuns: 100 });

/** What is wrong with a picture; undefined when it is whole. */
function wrongIn(frame: string[], { terminal }: Desk): string | undefined {
  const { columns, rows } = terminal;
  if (frame.length !== rows) return `${frame.length} rows in place of ${rows}`;
  if (terminal.buffer !== "alternate") return "it is not on the alternate screen";
  if (columns < 60 || rows < 15) return undefined;
  for (let y = 0; y < rows; y += 1) {
    const corner = columnsOf(terminal, y, columns, "┌");
    for (const x of corner) {
      const end = closing(terminal, x, y, columns);
      if (end === undefined)
        return `the border that begins in column ${x} of row ${y} is not closed:\n${frame.join("\n")}`;
    }
  }
  return undefined;
}

function columnsOf(terminal: Desk["terminal"], y: number, columns: number, sign: string): number[] {
  return Array.from({ length: columns }, (_, x) => x).filter((x) => terminal.cell(x, y).text === sign);
}

/** The upper right corner of a box, in the same row: one that lies below another may be covered, so any corner or border ends it. */
function closing(terminal: Desk["terminal"], from: number, y: number, columns: number): number | undefined {
  for (let x = from + 1; x < columns; x += 1) if (/[┐│┌┬┤]/.test(terminal.cell(x, y).text)) return x;
  return undefined;
}

/** Numbers that are the same for the same seed: https://en.wikipedia.org/wiki/Xorshift */
function randomOf(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
