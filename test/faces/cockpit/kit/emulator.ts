import type { Terminal } from "@earendil-works/pi-tui/dist/terminal.js";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import xterm from "@xterm/headless";
import type { Size } from "../../../../src/faces/cockpit/screen/size.ts";

/** By which tables an emulator measures characters. Those that know graphemes are an addon of their own: see `texts.test.ts`. */
export const unicodes = ["6", "11"] as const;
export type Unicode = (typeof unicodes)[number];

/** A real terminal emulator, as the terminal that pi-tui would open. */
export interface Emulator extends Terminal {
  /** Its lines without blanks at their ends, when all that was written is shown. */
  frame(): Promise<string[]>;
  /** What is typed on it, as a terminal would send it: split into sequences already. */
  type(...sequences: string[]): void;
  resize(size: Size): void;
  /** Everything that was written to it. */
  readonly written: string;
  readonly isStarted: boolean;
  /** The character and the columns that it takes, as the emulator has it. */
  cell(x: number, y: number): { text: string; width: number };
  readonly cursor: { x: number; y: number; hidden: boolean };
  /** Which of its buffers is shown. */
  readonly buffer: "normal" | "alternate";
}

export function emulator({ columns, rows }: Size, unicode: Unicode = "11"): Emulator {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  if (unicode === "11") terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = unicode;
  let written = "";
  let onInput: ((data: string) => void) | null = null;
  let onResize: (() => void) | null = null;
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      terminal.write("", resolve);
    });
  const line = (y: number) => terminal.buffer.active.getLine(terminal.buffer.active.baseY + y);

  return {
    start(input, resize) {
      onInput = input;
      onResize = resize;
    },
    stop() {
      onInput = null;
      onResize = null;
    },
    drainInput: () => Promise.resolve(),
    write(data) {
      written += data;
      terminal.write(data);
    },
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    kittyProtocolActive: false,
    moveBy: () => {},
    hideCursor: () => {},
    showCursor: () => {},
    clearLine: () => {},
    clearFromCursor: () => {},
    clearScreen: () => {},
    setTitle: () => {},
    setProgress: () => {},
    async frame() {
      await settled();
      return Array.from({ length: terminal.rows }, (_, y) => (line(y)?.translateToString(true) ?? "").trimEnd());
    },
    type: (...sequences) => {
      for (const sequence of sequences) onInput?.(sequence);
    },
    resize(size) {
      terminal.resize(size.columns, size.rows);
      onResize?.();
    },
    get written() {
      return written;
    },
    get isStarted() {
      return onInput !== null;
    },
    cell(x, y) {
      const cell = line(y)?.getCell(x);
      return { text: cell?.getChars() ?? "", width: cell?.getWidth() ?? 0 };
    },
    get cursor() {
      const hidden = written.lastIndexOf("\u001b[?25l") > written.lastIndexOf("\u001b[?25h");
      return { x: terminal.buffer.active.cursorX, y: terminal.buffer.active.cursorY, hidden };
    },
    get buffer() {
      return terminal.buffer.active.type;
    },
  };
}
