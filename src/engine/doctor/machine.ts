import { accessSync, constants, existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { RunWall } from "../wall/wall.ts";
import { ok, problem, skipped, warning, type Check } from "./check.ts";

/** What the checks of the machine go by: names and values that say nothing of a login. */
export interface MachineParts {
  platform: NodeJS.Platform;
  /** PATH, TERM, LANG and the like. */
  env: Readonly<Record<string, string | undefined>>;
  terminal: { columns: number; rows: number } | undefined;
}

/** The smallest terminal on which a list of constructs can be read. */
const leastColumns = 80;
const leastRows = 24;

/** Size, colours and letters of the terminal. */
export const terminalCheck = ({ env, terminal, platform }: MachineParts): Check => ({
  name: "terminal",
  limitMs: 2000,
  look() {
    if (terminal === undefined) return skipped("the output does not go to a terminal");
    const { columns, rows } = terminal;
    const size = `${columns} by ${rows} characters`;
    if (env["TERM"] === undefined || env["TERM"] === "dumb")
      return warning(`${size}, without cursor movements or colours: TERM is ${env["TERM"] ?? "not set"}`, {
        command: "export TERM=xterm-256color",
      });
    const letters = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
    if (platform !== "darwin" && !/utf-?8/i.test(letters))
      return warning(`${size}, not set to UTF-8: marks and lines may look wrong`, { command: "export LANG=C.UTF-8" });
    if (columns < leastColumns || rows < leastRows)
      return warning(`${size}; ${leastColumns} by ${leastRows} show everything`, { next: "Make the window larger." });
    const colours = (env["NO_COLOR"] ?? "") === "" ? colourWords(env) : "no colours, since NO_COLOR is set";
    return ok(`${size}, UTF-8, ${colours}`);
  },
});

const colourWords = (env: MachineParts["env"]): string => {
  if (/^(?:truecolor|24bit)$/.test(env["COLORTERM"] ?? "")) return "16 million colours";
  return /256/.test(env["TERM"] ?? "") ? "256 colours" : "16 colours";
};

/** What a text could be copied with. */
export const clipboardCheck = ({ platform, env }: MachineParts): Check => ({
  name: "clipboard",
  limitMs: 2000,
  look() {
    const wayland = (env["WAYLAND_DISPLAY"] ?? "") !== "";
    const x11 = (env["DISPLAY"] ?? "") !== "";
    const programs = [
      ...(platform === "darwin" ? ["pbcopy"] : []),
      ...(wayland ? ["wl-copy"] : []),
      ...(x11 ? ["xclip", "xsel"] : []),
      "clip.exe",
    ];
    const found = programs.map((name) => onPath(name, env["PATH"])).find((path) => path !== undefined);
    if (found !== undefined) return ok(found);
    if (!wayland && !x11) return skipped("there is no desktop here; a terminal that can (OSC 52) copies by itself");
    return warning("there is no program that copies", {
      command: `apt-get install ${wayland ? "wl-clipboard" : "xclip"}`,
    });
  },
});

/** Whether what constructs change can be compared and taken back. */
export const gitCheck = ({ env }: MachineParts, workspace: string): Check => ({
  name: "git",
  limitMs: 2000,
  look() {
    const path = onPath("git", env["PATH"]);
    if (path === undefined)
      return warning("git is not installed: what constructs change cannot be compared or taken back", {
        command: "apt-get install git",
      });
    for (let folder = workspace; ; folder = dirname(folder)) {
      if (existsSync(join(folder, ".git"))) return ok(`${path}; the workspace is in the repository ${folder}`);
      if (dirname(folder) === folder) break;
    }
    return warning(`${workspace} is in no repository: what constructs change there cannot be taken back`, {
      command: `git -C '${workspace.replaceAll("'", String.raw`'\''`)}' init`,
    });
  },
});

/** A run writes its record, transcripts and what constructs make, bytes. */
const scarce = 2_000_000_000;
const tooLittle = 200_000_000;

/** Free space where the deck and its agents write. */
export const diskCheck = (folders: readonly string[]): Check => ({
  name: "disk",
  limitMs: 5000,
  async look() {
    const all = await Promise.all(folders.map(nearestFolder).map(freeIn));
    const looks = all.filter(({ disk }, index) => all.findIndex((look) => look.disk === disk) === index);
    const least = looks.reduce((one, other) => (other.free < one.free ? other : one));
    const text = looks.map(({ folder, free }) => `${(free / 1e9).toFixed(1)} GB free in ${folder}`).join(", ");
    const full = looks.find(({ files }) => files < 1000);
    if (full !== undefined)
      return problem(`no more files can be made in ${full.folder}, whatever its free space`, {
        next: "Delete files there that nobody needs: there are too many.",
      });
    const remedy = {
      next: `Free some space on the disk of ${least.folder}.`,
      command: `du -xh '${least.folder}' | sort -h | tail`,
    };
    if (least.free < tooLittle) return problem(text, remedy);
    return least.free < scarce ? warning(text, remedy) : ok(text);
  },
});

async function freeIn(folder: string): Promise<{ folder: string; disk: number; free: number; files: number }> {
  const [{ bavail, bsize, ffree, files }, { dev: disk }] = await Promise.all([statfs(folder), stat(folder)]);
  // A file system that does not count its files says zero to both.
  return { folder, disk, free: bavail * bsize, files: files === 0 ? Number.POSITIVE_INFINITY : ffree };
}

/** The folder itself, or the nearest one above it that is there. */
export function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Whether the wall behind the gate can be put up, which is tried for real. */
export const wallCheck = (raise: () => Promise<Pick<RunWall, "agents" | "why" | "remove">>): Check => ({
  name: "wall",
  limitMs: 8000,
  async look() {
    const wall = await raise();
    wall.remove();
    if (wall.agents !== undefined) return ok(wall.why);
    const isMissing = /not installed/.test(wall.why);
    return warning(`nothing stands behind the gate: ${wall.why}`, {
      ...(isMissing ? { command: "apt-get install bubblewrap" } : {}),
      next: "Without it, have only constructs work here whose tasks you would let a colleague do alone.",
    });
  },
});

function onPath(name: string, path: string | undefined): string | undefined {
  return (path ?? "")
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false; // Not there, or not for us.
      }
    });
}
