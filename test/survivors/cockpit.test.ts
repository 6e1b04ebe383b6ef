import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { pause } from "../../src/base/clock.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../process/workbench.ts";
import { hasTmux, inTmux, type TmuxRun } from "../faces/cockpit/kit/tmux.ts";

const entry = join(import.meta.dirname, "../../src/bin/cyberdeck.ts");

// The whole program as a netrunner has it: the cockpit on a terminal, its host, real agents, the scripted model that ships with the deck.
describe.runIf(hasTmux)("a session at the cockpit", { timeout: 240_000 }, () => {
  let folder = "";
  let workspace = "";

  const env = (): Record<string, string> => ({
    PATH: process.env["PATH"] ?? "",
    HOME: join(folder, "home"),
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
  });
  const cockpit = (...flags: string[]): TmuxRun => inTmux([process.execPath, entry, ...flags], env(), workspace);
  const tell = (...words: string[]): string =>
    execFileSync(process.execPath, [entry, ...words], { cwd: workspace, env: env(), encoding: "utf8" });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cockpit-session-"));
    workspace = join(folder, "workspace");
    for (const path of ["home", "workspace/notes", "workspace/.cyberdeck"])
      mkdirSync(join(folder, path), { recursive: true });
    for (const name of ["one", "two", "three", "four"])
      writeFileSync(join(workspace, "notes", `${name}.txt`), "TODO write\nfine\n");
  });
  afterEach(() => {
    tell("host", "stop");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Every "find" of a construct waits for the netrunner. */
  const holdFind = (): void =>
    writeFileSync(join(workspace, ".cyberdeck", "policy.toml"), '[commands]\nhold = ["find"]\n');

  async function setGoal(terminal: TmuxRun): Promise<void> {
    await terminal.until("● attached");
    terminal.press("e");
    await terminal.until("Set a goal");
    terminal.write("Count the TODO comments in every file of notes and write a report");
    terminal.press("Enter");
  }

  test("explains itself to a newcomer, reaches a goal with the scripted model, and leaves no process", async () => {
    using terminal = cockpit();
    await terminal.until("Welcome to Cyberdeck");
    terminal.press("o");
    await setGoal(terminal);
    await terminal.until("OFFLINE MODEL");
    await terminal.until(/✓ done +OFFLINE MODEL/);
    terminal.press("C-q");
    await terminal.until(() => terminal.isOver);
    expect(tell("runs")).toContain("done");
  });

  test("may be watched at a second cockpit, and goes on when the first one is killed", async () => {
    holdFind();
    tell("settings", "set", "hold_window", "forever");
    using first = cockpit("--offline");
    await setGoal(first);
    await first.until("NEEDS YOU");
    using second = cockpit("--offline");
    await second.until("NEEDS YOU");
    const cockpits = (): number => JSON.parse(tell("host", "status", "--json"))["faces"] as number;
    const both = cockpits();
    first[Symbol.dispose]();
    await until(() => cockpits() < both, 30_000);
    await nextNeed(second);
    second.press("x");
    await recorded((events) => events.some(({ type, end }) => type === "hold.closed" && end === "allow"));
    await ejected(second);
    expect(second.screen().join("\n")).toContain("nothing needs you");
  });

  test("answers held calls with a key each, in order, and the notes reach the model", async () => {
    holdFind();
    tell("settings", "set", "hold_window", "forever");
    using terminal = cockpit("--offline");
    await setGoal(terminal);
    await nextNeed(terminal);
    terminal.press("x");
    await recorded((events) => events.some(({ type, end }) => type === "hold.closed" && end === "allow"));
    await nextNeed(terminal);
    terminal.press("V");
    await terminal.until("Deny with a note");
    terminal.write("use the list that is there");
    terminal.press("Enter");
    await recorded((events) =>
      events.some(({ type, note }) => type === "hold.closed" && note === "use the list that is there"),
    );
    await recorded((events) =>
      events.some(
        ({ type, text }) => type === "construct.tool_returned" && text?.includes("use the list that is there") === true,
      ),
    );
    await ejected(terminal);
    expect(terminal.screen().join("\n")).toContain("nothing needs you");
  });

  test("interrupts one construct, kills and forbids another, asks the watchdog, ejects, and plays it all again", async () => {
    holdFind();
    tell("settings", "set", "hold_window", "forever");
    using terminal = cockpit("--offline");
    await terminal.until("● attached");
    for (const task of ["Find the files of the folder notes", "Find the files of the workspace"]) {
      terminal.press("n");
      await terminal.until(/construct/i);
      terminal.write(task);
      terminal.press("Enter");
      await recorded((events) => events.some((event) => event.type === "construct.queued" && event.task === task));
    }
    await recorded((events) => events.filter(({ type }) => type === "hold.opened").length === 2);
    // Escape leaves whatever page there is; the fleet is the first.
    await onPage(terminal, "fleet");
    terminal.press("Q");
    await terminal.until("Interrupt");
    terminal.write("Find the files of the folder notes again");
    terminal.press("Enter");
    await recorded((events) => events.some(({ type }) => type === "construct.redirected"));
    await terminal.until(/moved/);
    terminal.press("s", "K");
    await recorded((events) => events.some(({ type }) => type === "blacklist.added"));
    terminal.press("t");
    await terminal.until(/[Aa]sk the watchdog/);
    terminal.write("What happened?");
    terminal.press("Enter");
    await recorded((events) => events.some(({ type }) => type === "watchdog.answered"));
    await ejected(terminal);
    await onPage(terminal, "runs");
    expect(await terminal.until(/stopped/)).toContain("▌Runs");
  });

  /** Goes to what waits, and until the screen has shown it long enough to be answered. */
  async function nextNeed(terminal: TmuxRun): Promise<void> {
    await terminal.until(/\d NEEDS? YOU/);
    terminal.press("g");
    await terminal.until("▌Inbox");
    await terminal.until("is held");
    // A key within 400 ms of what has just appeared answers nothing, by design.
    await pause(600);
  }

  async function onPage(terminal: TmuxRun, name: string): Promise<void> {
    terminal.press("C-p");
    await terminal.until("What do you want to do?");
    terminal.write(`show: ${name}`);
    terminal.press("Enter");
    await terminal.until(new RegExp(`▌${name}`, "i"));
  }

  /** Stops everything by one gesture, and sees the proof of it. */
  async function ejected(terminal: TmuxRun): Promise<void> {
    terminal.press("C-f");
    await terminal.until("EJECT");
    terminal.press("C-f");
    await recorded((events) => events.some(({ type, proven }) => type === "run.ejected" && proven === true));
    await terminal.until(/nothing is left|Nothing is left/);
    terminal.press("Escape");
    // A key behind it too soon would make it Alt and that key.
    await terminal.until((screen) => !screen.includes("Esc closes"));
  }

  async function recorded(fits: (events: z.infer<typeof eventSchema>[]) => boolean): Promise<void> {
    const runs = join(workspace, ".cyberdeck", "runs");
    await until(() => {
      const files = existsSync(runs) ? readdirSync(runs).map((run) => join(runs, run, "events.ndjson")) : [];
      const lines = files.filter((file) => existsSync(file)).flatMap((file) => readFileSync(file, "utf8").split("\n"));
      // The last line may be on its way.
      return fits(lines.filter((line) => line.endsWith("}")).map((line) => eventSchema.parse(JSON.parse(line))));
    }, 60_000);
  }
});

const eventSchema = z.looseObject({
  type: z.string(),
  end: z.string().optional(),
  note: z.string().nullable().optional(),
  text: z.string().optional(),
  task: z.string().optional(),
  proven: z.boolean().optional(),
});
