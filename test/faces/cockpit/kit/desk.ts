import { Cockpit, type CockpitParts } from "../../../../src/faces/cockpit/cockpit.ts";
import type { Local } from "../../../../src/faces/cockpit/page.ts";
import { terminalScreen } from "../../../../src/faces/cockpit/screen/terminal-screen.ts";
import { themeOf } from "../../../../src/faces/cockpit/screen/theme.ts";
import type { ThemeName } from "../../../../src/protocol/cockpit-settings.ts";
import type { Size } from "../../../../src/faces/cockpit/screen/size.ts";
import { handClock } from "../../../kit/hand-clock.ts";
import type { ScriptedDeck } from "../../cli/scripted-deck.ts";
import { emulator, type Emulator, type Unicode } from "./emulator.ts";

/** A whole cockpit in this process: over a scripted deck, on the screen of an emulator. */
export interface Desk {
  terminal: Emulator;
  /** Presses keys by their names: characters as they are, "enter", "escape", "up", "ctrl+f" …; then waits for the picture. */
  press(...keys: string[]): Promise<string[]>;
  /** Writes a text, character by character. */
  write(text: string): Promise<string[]>;
  /** The picture when the condition holds; fails with it when that takes too long. */
  until(condition: (frame: string[]) => boolean): Promise<string[]>;
  /** Lets time pass on the cockpit's clock, milliseconds. */
  pass(ms: number): Promise<string[]>;
  /** Settles when the cockpit has been left. */
  readonly left: Promise<void>;
  copied: string[];
  suspensions: number;
  close(): Promise<void>;
}

/** The longest that a test waits for a picture, milliseconds. */
const bound = 10_000;

export async function openDesk(
  deck: ScriptedDeck,
  options: {
    size?: Size;
    unicode?: Unicode;
    theme?: ThemeName;
    parts?: Partial<CockpitParts>;
    /** It does not attach by itself. */ isQuiet?: boolean;
  } = {},
): Promise<Desk> {
  const terminal = emulator(options.size ?? { columns: 120, rows: 40 }, options.unicode);
  const theme = themeOf(options.theme ?? "dark");
  const clock = handClock(Date.UTC(2026, 10, 22, 10, 20, 0));
  const copied: string[] = [];
  const desk = { suspensions: 0 };
  const cockpit = new Cockpit({
    screen: terminalScreen(() => theme, terminal),
    openDeck: () => Promise.resolve(deck),
    clock,
    local: memory(),
    copy: (text) => {
      copied.push(text);
      return Promise.resolve(undefined);
    },
    keys: {},
    isOffline: false,
    login: () => Promise.resolve({ present: true, how: "a key" }),
    suspend: () => {
      desk.suspensions += 1;
      return Promise.resolve();
    },
    ...options.parts,
  });
  const left = cockpit.run();
  const settle = async (): Promise<string[]> => {
    // What the deck has sent comes in over promises; then the frame that was asked for is drawn.
    for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
    clock.pass(100);
    return terminal.frame();
  };
  const until = async (condition: (frame: string[]) => boolean): Promise<string[]> => {
    const end = performance.now() + bound;
    for (;;) {
      const frame = await settle();
      if (condition(frame)) return frame;
      if (performance.now() > end) throw new Error(`the picture did not come:\n${frame.join("\n")}`);
    }
  };
  if (options.isQuiet !== true) await until((frame) => !frame.some((row) => row.includes("◌ attaching")));
  return {
    terminal,
    async press(...keys) {
      for (const key of keys) terminal.type(sequenceOf(key));
      return settle();
    },
    async write(text) {
      terminal.type(...Array.from(text));
      return settle();
    },
    until,
    async pass(ms) {
      clock.pass(ms);
      return settle();
    },
    left,
    copied,
    get suspensions() {
      return desk.suspensions;
    },
    async close() {
      terminal.type(sequenceOf("ctrl+q"));
      terminal.type(sequenceOf("enter"));
      await left;
      await deck.close();
    },
  };
}

/** Goes through the pages to the one with this title. */
export async function toPage(desk: Desk, title: string): Promise<string[]> {
  let frame = await desk.terminal.frame();
  for (let turn = 0; turn < 30 && frame[2]?.includes(`▌${title}`) !== true; turn += 1) frame = await desk.press("d");
  if (frame[2]?.includes(`▌${title}`) !== true) throw new Error(`there is no page ${title}:\n${frame.join("\n")}`);
  return frame;
}

export function memory(): Local {
  const histories = new Map<string, string[]>();
  const drafts = new Map<string, string>();
  return {
    history: (kind) => histories.get(kind) ?? [],
    remember: (kind, text) => void histories.set(kind, [...(histories.get(kind) ?? []), text]),
    draft: (kind) => drafts.get(kind) ?? "",
    keepDraft: (kind, text) => void drafts.set(kind, text),
    profiles: () =>
      Promise.resolve([
        { name: "default", about: "works as it is told" },
        { name: "reviewer", about: "reads and judges, changes nothing" },
      ]),
    catalogues: () => Promise.resolve({ profiles: [], tools: [], plugins: [], refused: [], places: [] }),
  };
}

/** What a terminal sends for a key. */
function sequenceOf(key: string): string {
  const control = /^ctrl\+([a-z])$/.exec(key)?.[1];
  if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) - 96);
  return sequences[key] ?? key;
}

const sequences: Record<string, string> = {
  enter: "\r",
  escape: "\u001b",
  space: " ",
  tab: "\t",
  "shift+tab": "\u001b[Z",
  backspace: "\u007f",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  pageUp: "\u001b[5~",
  pageDown: "\u001b[6~",
  delete: "\u001b[3~",
  "alt+z": "\u001bz",
  "alt+enter": "\u001b\r",
};
