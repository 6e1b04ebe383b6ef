import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inPty, type PseudoTerminal } from "../kit/pty.ts";

const program = join(import.meta.dirname, "..", "kit", "terminal-process.ts");
const isShown = (frame: string[]): boolean => frame.some((row) => row.includes("CYBERDECK ● attached"));
const shows = (text: string) => (frame: string[]) => frame.some((row) => row.includes(text));

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "cockpit-life-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const env = (more: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  TERM: "xterm-256color",
  HOME: home,
  ...more,
});

const openCockpit = (): PseudoTerminal => inPty(process.execPath, [program, home], { env: env() });

/** In a shell that controls jobs, as people have it. */
async function openShell(): Promise<PseudoTerminal & { cockpit: () => Promise<number> }> {
  // What the shell switches on for itself would hide what the cockpit has left on.
  writeFileSync(join(home, "inputrc"), "set enable-bracketed-paste off\n");
  const own = { PS1: "prompt: ", HISTFILE: "", INPUTRC: join(home, "inputrc") };
  const shell = inPty("/bin/bash", ["--norc", "--noprofile", "-i"], { env: env(own) });
  await shell.until(shows("prompt:"));
  return Object.assign(shell, {
    async cockpit() {
      shell.type(`${process.execPath} ${program} ${home} & echo "pid=$!="; fg %1\r`);
      await shell.until(isShown);
      return Number(/pid=(\d+)=/.exec(shell.raw.replace("pid=$!=", ""))?.[1]);
    },
  });
}

/** Ctrl+Q, and Enter to the question whether the fleet shall go on. */
const leave = "\u0011\r";

describe("the terminal of a cockpit", () => {
  test("is as it was found after the netrunner has left", async () => {
    using terminal = openCockpit();
    await terminal.until(isShown);
    expect(terminal.left()).toContain("the alternate screen");
    terminal.type(leave);
    expect(await terminal.ended).toBe(0);
    expect(terminal.left()).toEqual([]);
    expect(terminal.frame()[0]).toBe("left with 0");
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const)("is given back on %s, at once", async (signal, code) => {
    using terminal = openCockpit();
    await terminal.until(isShown);
    process.kill(terminal.pid, signal);
    expect(await terminal.ended).toBe(code);
    expect(terminal.left()).toEqual([]);
  });

  test("is the shell's while the cockpit is suspended by its key, and the cockpit's again afterwards", async () => {
    using shell = await openShell();
    await shell.cockpit();
    shell.type("\u001a");
    await shell.until(shows("Stopped"));
    expect(shell.left()).toEqual([]);
    // Echoed by the terminal, so it is in no raw mode.
    shell.type("echo two=$((1 + 1))\r");
    await shell.until((frame) => shows("echo two=$((1 + 1))")(frame) && shows("two=2")(frame));
    shell.type("fg\r");
    await shell.until(isShown);
    expect(shell.left()).toContain("reports of the mouse");
    shell.type(leave);
    await shell.until(shows("left with 0"));
    expect(shell.left()).toEqual([]);
  });

  test("is the shell's while somebody else has suspended the cockpit", async () => {
    using shell = await openShell();
    const pid = await shell.cockpit();
    process.kill(pid, "SIGTSTP");
    await shell.until(shows("Stopped"));
    expect(shell.left()).toEqual([]);
    shell.type("fg\r");
    await shell.until(isShown);
    shell.type(leave);
    await shell.until(shows("left with 0"));
    expect(shell.left()).toEqual([]);
  });

  test("is drawn again after a stop of which the cockpit was not told", async () => {
    using shell = await openShell();
    const pid = await shell.cockpit();
    // It has read what the terminal has answered to its questions: else the shell would read that.
    shell.type("d");
    await shell.until(shows("▌Construct"));
    process.kill(pid, "SIGSTOP");
    await shell.until(shows("Stopped"));
    shell.type("fg\r");
    const before = shell.raw.length;
    await shell.until((frame) => shell.raw.slice(before).includes("CYBERDECK") && isShown(frame));
    shell.type(leave);
    await shell.until(shows("left with 0"));
    expect(shell.left()).toEqual([]);
  });

  test("stays the cockpit's where there is no shell to go back to", async () => {
    using terminal = openCockpit();
    await terminal.until(isShown);
    const before = terminal.raw.length;
    terminal.type("\u001a");
    await terminal.until((frame) => terminal.raw.slice(before).includes("\u001b[?1049h") && isShown(frame));
    terminal.type(leave);
    expect(await terminal.ended).toBe(0);
    expect(terminal.left()).toEqual([]);
  });

  test("shows what cannot be used of the settings, and the cockpit goes on with the rest", async () => {
    writeFileSync(
      join(home, "cockpit.toml"),
      'theme = "pink"\nmouse = false\n[keys]\n"construct.kil" = "x"\n"construct.pause" = "F5"\n"construct.freeze" = "k"\n',
    );
    using terminal = openCockpit();
    const frame = await terminal.until(shows("Esc closes"));
    expect(frame.join("\n")).toContain('cockpit.toml:1: "theme" cannot be "pink"');
    expect(frame.join("\n")).toContain(
      'cockpit.toml:4: there is no action "construct.kil"; did you mean "construct.kill"?',
    );
    expect(frame.join("\n")).toContain('cockpit.toml:6: k does "kill" (construct.kill) everywhere already');
    expect(terminal.left()).not.toContain("reports of the mouse");
    terminal.type("\u001b");
    await terminal.until((now) => !shows("Esc closes")(now));
    terminal.type(leave);
    expect(await terminal.ended).toBe(0);
  });
});
