// Plays a real offline run at the cockpit in a pseudo terminal and draws what is to be seen when a call is held: docs/cockpit.svg.
// Run it again whenever the fleet page has changed: node scripts/picture-cockpit.ts
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { drawScreen, drawWindow } from "./picture/draw.ts";
import { readScreen } from "./picture/screen.ts";
import { makeWebshop } from "./picture/workspace.ts";

const root = join(import.meta.dirname, "..");
const entry = join(root, "src", "bin", "cyberdeck.ts");
const goal = "Count the TODO comments in every file of src and write a report";
const size = { columns: 120, rows: 34 };
/** The longest that something is waited for, milliseconds. */
const bound = 60_000;

// A short name of its own, because it is to be seen in the picture.
const workspace = join(tmpdir(), "webshop");
mkdirSync(workspace);
const home = mkdtempSync(join(tmpdir(), "picture-home-"));
const env = { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm-256color", LANG: "C.UTF-8" };
try {
  makeWebshop(workspace);
  mkdirSync(join(workspace, ".cyberdeck"));
  writeFileSync(join(workspace, ".cyberdeck", "cockpit.toml"), 'theme = "terminal"\n');
  // One of the constructs will ask.
  writeFileSync(
    join(workspace, ".cyberdeck", "policy.toml"),
    '[commands]\nhold = ["grep TODO ./src/cart/basket.ts"]\n',
  );
  execFileSync(process.execPath, [entry, "settings", "set", "hold_window", "5m"], { cwd: workspace, env });
  const terminal = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  const program = spawn(process.execPath, [entry, "--offline"], {
    name: env.TERM,
    cols: size.columns,
    rows: size.rows,
    cwd: workspace,
    env,
  });
  const ended = new Promise<void>((resolve) => program.onExit(() => resolve()));
  const looks = new Set<() => void>();
  program.onData((data) => terminal.write(data, () => looks.forEach((look) => look())));
  const rows = (): string[] =>
    Array.from({ length: size.rows }, (_, y) => terminal.buffer.active.getLine(y)?.translateToString(true) ?? "");
  const until = (what: string, fits: (rows: string[]) => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`it did not come to ${what}:\n${rows().join("\n")}`)), bound);
      const look = (): void => {
        if (terminal.modes.synchronizedOutputMode || !fits(rows())) return;
        clearTimeout(limit);
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
    });
  const shows = (text: string) => (all: string[]) => all.some((row) => row.includes(text));

  await until("a deck", shows("● attached"));
  program.write("e");
  await until("the prompt", shows("Set a goal"));
  program.write(`${goal}\r`);
  await until(
    "a held call among constructs at work",
    (all) => shows("HELD")(all) && all.filter((row) => /● running/.test(row)).length >= 3,
  );
  const title = "cyberdeck";
  const picture = drawWindow({
    columns: size.columns,
    rows: size.rows,
    title,
    style: "",
    content: drawScreen(readScreen(terminal)),
  });
  if (picture.includes(root) || picture.includes(home))
    throw new Error("the picture would show a path of this machine");
  writeFileSync(join(root, "docs", "cockpit.svg"), picture);
  console.log(`docs/cockpit.svg: ${Math.round(picture.length / 1024)} KB`);
  program.write("\u0011\r");
  await ended;
} finally {
  execFileSync(process.execPath, [entry, "host", "stop"], { cwd: workspace, env });
  for (const folder of [workspace, home]) rmSync(folder, { recursive: true, force: true });
}
