import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "../../../../src/base/clock.ts";

/** Whether this machine has tmux. `.ci/run` installs it. */
export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

/** A program on the screen of a tmux of its own. */
export interface TmuxRun extends Disposable {
  screen(): string[];
  /** Presses keys by tmux's names: "Enter", "Escape", "C-f", "k". */
  press(...keys: string[]): void;
  write(text: string): void;
  /** The screen as soon as it holds this text, or fits; fails with the screen when that takes too long. */
  until(fits: string | RegExp | ((screen: string) => boolean)): Promise<string>;
  resize(columns: number, rows: number): void;
  readonly isOver: boolean;
}

/** The longest that something on the screen is waited for, milliseconds. */
const bound = 60_000;
/** A screen of tmux is no event: it is looked at this often, milliseconds. */
const lookMs = 40;

/** @param env all that the program gets; nothing of this process reaches it */
export function inTmux(
  command: readonly string[],
  env: Record<string, string>,
  cwd: string,
  size = { columns: 120, rows: 40 },
): TmuxRun {
  const folder = mkdtempSync(join(tmpdir(), "tmux-"));
  const socket = join(folder, "socket");
  const tmux = (...args: string[]): string =>
    execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", LANG: "C.UTF-8", TERM: "xterm-256color" },
      stdio: ["ignore", "pipe", "ignore"],
    });
  const words = ["env", "-i", ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command];
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  tmux("new-session", "-d", "-x", String(size.columns), "-y", String(size.rows), "-c", cwd, quoted);
  const isOver = (): boolean => spawnSync("tmux", ["-S", socket, "has-session"], { stdio: "ignore" }).status !== 0;
  const screen = (): string[] => {
    try {
      return tmux("capture-pane", "-p")
        .split("\n")
        .map((row) => row.trimEnd());
    } catch (error) {
      // It may end at any moment, also between two looks.
      if (isOver()) return [];
      throw error;
    }
  };
  return {
    screen,
    press: (...keys) => void tmux("send-keys", ...keys),
    write: (text) => void tmux("send-keys", "-l", text),
    async until(fits) {
      const isThere = (text: string): boolean =>
        typeof fits === "function" ? fits(text) : typeof fits === "string" ? text.includes(fits) : fits.test(text);
      const end = performance.now() + bound;
      for (;;) {
        const text = screen().join("\n");
        if (isThere(text)) return text;
        if (performance.now() > end) throw new Error(`it did not come to ${String(fits)}:\n${text}`);
        await pause(lookMs);
      }
    },
    resize: (columns, rows) => void tmux("resize-window", "-x", String(columns), "-y", String(rows)),
    get isOver() {
      return isOver();
    },
    [Symbol.dispose]() {
      if (!isOver()) tmux("kill-server");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
