import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { channel } from "../../src/base/stream.ts";
import { readScreen, type Screen } from "./screen.ts";

/** What was to be seen from a moment on, milliseconds since the start. */
export interface Frame {
  at: number;
  screen: Screen;
}

export interface Recording {
  frames: Frame[];
  columns: number;
  rows: number;
}

export interface Wish {
  /** What is shown as typed by the person. */
  prompt: string;
  typed: string;
  /** What is really run. */
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  columns: number;
  rows: number;
}

/** A run that takes longer than this is given up, milliseconds. */
const mostMs = 120_000;

/** Characters that the person seems to type at once, and the time for them, milliseconds. */
const typing = { characters: 4, ms: 120 };

/** Runs a command in a pseudo terminal and keeps every picture that it shows. Rejects when it does not end well. */
export async function record(wish: Wish): Promise<Recording> {
  const { columns, rows } = wish;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const frames: Frame[] = [];
  const write = (text: string): Promise<void> => new Promise((resolve) => terminal.write(text, resolve));
  let typedFor = 0;
  await write(wish.prompt);
  frames.push({ at: 0, screen: readScreen(terminal) });
  for (let at = 0; at < wish.typed.length; at += typing.characters) {
    await write(wish.typed.slice(at, at + typing.characters));
    typedFor += typing.ms;
    frames.push({ at: typedFor, screen: readScreen(terminal) });
  }
  await write("\r\n");

  const program = spawn(wish.command, wish.args, {
    name: "xterm-256color",
    cols: columns,
    rows,
    cwd: wish.cwd,
    env: wish.env,
  });
  const began = performance.now() - typedFor;
  const output = channel<{ data: string; at: number }>();
  const exit = Promise.withResolvers<number>();
  program.onData((data) => output.push({ data, at: performance.now() - began }));
  program.onExit(({ exitCode }) => {
    output.close();
    exit.resolve(exitCode);
  });
  const limit = setTimeout(() => program.kill(), mostMs);
  for await (const { data, at } of output) {
    await write(data);
    // In the middle of a synchronised update the screen is half drawn; nobody is shown that.
    if (!terminal.modes.synchronizedOutputMode) frames.push({ at, screen: readScreen(terminal) });
  }
  clearTimeout(limit);
  const code = await exit.promise;
  terminal.dispose();
  if (code !== 0) throw new Error(`${wish.typed} ended with exit code ${code}`);
  return { frames, columns, rows };
}
