import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

/** The command line in a real pseudo terminal, on the screen of an emulator. */
export interface TerminalRun {
  /** The lines of the screen, without blanks at their ends. */
  frame(): string[];
  /** Everything that was ever on the screen, what has scrolled away first. */
  history(): string[];
  /** Resolves when the condition holds for the frame; fails with the frame when that takes too long. */
  until(condition: (frame: string[]) => boolean): Promise<string[]>;
  resize(columns: number, rows: number): void;
  type(text: string): void;
  /** Tells the scenario to go on by a step. */
  step(): void;
  /** The exit code. */
  readonly ended: Promise<number>;
  readonly raw: string;
  readonly cursorHidden: boolean;
  readonly wraps: boolean;
  [Symbol.dispose](): void;
}

/** The program that plays a scenario. */
export const stage = fileURLToPath(new URL("./stage.ts", import.meta.url));

const bound = 20_000;

/** @param scenario its name in `stage.ts` */
export function inTerminal(
  scenario: string,
  columns: number,
  rows: number,
  env: Record<string, string> = {},
): TerminalRun {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
  const child = spawn(process.execPath, [stage, scenario], {
    cols: columns,
    rows,
    name: env["TERM"] ?? "xterm-256color",
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...env },
  });
  const waiting = new Set<() => void>();
  let raw = "";
  let gone = false;
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      gone = true;
      // What the terminal still holds is written before the end is told.
      terminal.write("", () => {
        resolve(signal === undefined || signal === 0 ? exitCode : 128 + signal);
        for (const check of waiting) check();
      });
    });
  });
  child.onData((data) => {
    raw += data;
    terminal.write(data, () => {
      for (const check of waiting) check();
    });
  });

  const lines = (from: number, to: number): string[] =>
    Array.from(
      { length: to - from },
      (_, index) =>
        terminal.buffer.active
          .getLine(from + index)
          ?.translateToString(true)
          .trimEnd() ?? "",
    );
  const frame = (): string[] => lines(terminal.buffer.active.baseY, terminal.buffer.active.baseY + terminal.rows);

  return {
    frame,
    history: () => lines(0, terminal.buffer.active.length),
    until(condition) {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      const check = (): void => {
        // A frame may arrive in several pieces: a terminal that honours synchronised updates does not show half of one.
        if (!terminal.modes.synchronizedOutputMode && condition(frame())) resolve(frame());
        else if (gone) fail();
      };
      const fail = (): void => reject(new Error(`the frame did not come:\n${frame().join("\n")}`));
      const timer = setTimeout(fail, bound);
      waiting.add(check);
      check();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(check);
      });
    },
    resize(to, high) {
      terminal.resize(to, high);
      child.resize(to, high);
    },
    type: (text) => child.write(text),
    step: () => process.kill(child.pid, "SIGUSR2"),
    ended,
    get raw() {
      return raw;
    },
    get cursorHidden() {
      return raw.lastIndexOf("\u001b[?25l") > raw.lastIndexOf("\u001b[?25h");
    },
    get wraps() {
      return raw.lastIndexOf("\u001b[?7h") >= raw.lastIndexOf("\u001b[?7l");
    },
    [Symbol.dispose]() {
      if (!gone) process.kill(child.pid, "SIGKILL");
      terminal.dispose();
    },
  };
}
