import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import type { Size } from "../../../../src/faces/cockpit/screen/size.ts";

/** A program in a real pseudo terminal, on the screen of an emulator that answers as terminals do. */
export interface PseudoTerminal {
  readonly pid: number;
  frame(): string[];
  /** The frame when the condition holds; fails with the frame when that takes too long or the program is gone. */
  until(condition: (frame: string[]) => boolean): Promise<string[]>;
  type(text: string): void;
  resize(size: Size): void;
  /** The exit code; 128 and the signal's number where one has ended it. */
  readonly ended: Promise<number>;
  /** Everything that the program has written. */
  readonly raw: string;
  /** What of the terminal is not as it was found; empty when all is. */
  left(): string[];
  /** Takes the terminal away, as when its window is closed. */
  hangUp(): void;
  [Symbol.dispose](): void;
}

/** The longest that a test waits for a picture, milliseconds. */
const boundMs = 30_000;

export function inPty(
  program: string,
  args: string[],
  { size = { columns: 100, rows: 30 }, env }: { size?: Size; env: Record<string, string> },
): PseudoTerminal {
  const { columns: cols, rows } = size;
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
  const child = spawn(program, args, { cols, rows, name: "xterm-256color", cwd: "/", env });
  const checks = new Set<() => void>();
  let raw = "";
  let isGone = false;
  const check = (): void => {
    for (const one of checks) one();
  };
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  child.onExit(({ exitCode, signal }) => {
    isGone = true;
    terminal.write("", () => {
      end(signal === undefined || signal === 0 ? exitCode : 128 + signal);
      check();
    });
  });
  child.onData((data) => {
    raw += data;
    terminal.write(data, check);
  });
  terminal.onData((answer) => {
    if (!isGone) child.write(answer);
  });
  const frame = (): string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
    );
  };

  return {
    pid: child.pid,
    frame,
    until(condition) {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      const fail = (): void => reject(new Error(`the picture did not come:\n${frame().join("\n")}`));
      const one = (): void => {
        if (!terminal.modes.synchronizedOutputMode && condition(frame())) resolve(frame());
        else if (isGone) fail();
      };
      const timer = setTimeout(fail, boundMs);
      checks.add(one);
      one();
      return promise.finally(() => {
        clearTimeout(timer);
        checks.delete(one);
      });
    },
    type: (text) => child.write(text),
    resize({ columns, rows: high }) {
      terminal.resize(columns, high);
      child.resize(columns, high);
    },
    ended,
    get raw() {
      return raw;
    },
    left() {
      const { modes, buffer } = terminal;
      const count = (part: string): number => raw.split(part).length - 1;
      return Object.entries({
        "the alternate screen": buffer.active.type !== "normal",
        "reports of the mouse": modes.mouseTrackingMode !== "none",
        "reports of focus": modes.sendFocusMode,
        "marks around pastes": modes.bracketedPasteMode,
        "no wrapping": !modes.wraparoundMode,
        "a synchronised update": modes.synchronizedOutputMode,
        "no cursor": raw.lastIndexOf("\u001b[?25l") > raw.lastIndexOf("\u001b[?25h"),
        "a keyboard protocol": count("\u001b[>7u") !== count("\u001b[<u"),
        "keys with modifiers": raw.lastIndexOf("\u001b[>4;2m") > raw.lastIndexOf("\u001b[>4;0m"),
        "its title": count("\u001b[22;0t") !== count("\u001b[23;0t"),
      }).flatMap(([what, isLeft]) => (isLeft ? [what] : []));
    },
    hangUp() {
      // Of all that a terminal is, only its types do not know that it can be closed.
      const destroy: unknown = Reflect.get(child, "destroy");
      if (typeof destroy === "function") Reflect.apply(destroy, child, []);
    },
    [Symbol.dispose]() {
      if (!isGone) process.kill(child.pid, "SIGKILL");
      terminal.dispose();
    },
  };
}
