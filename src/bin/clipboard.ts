import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { messageOf } from "../base/fault.ts";

type Environment = Record<string, string | undefined>;

interface Program {
  name: string;
  args: readonly string[];
  /** Whether there is a clipboard for it. */
  fits: (env: Environment, platform: NodeJS.Platform) => boolean;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

/** In this order; the first that fits and is there does it. */
const programs: readonly Program[] = [
  { name: "pbcopy", args: [], fits: (_env, platform) => platform === "darwin" },
  { name: "clip.exe", args: [], fits: (env, platform) => platform === "win32" || isSet(env["WSL_DISTRO_NAME"]) },
  { name: "wl-copy", args: [], fits: (env) => isSet(env["WAYLAND_DISPLAY"]) },
  { name: "xclip", args: ["-selection", "clipboard"], fits: (env) => isSet(env["DISPLAY"]) },
  { name: "xsel", args: ["--input", "--clipboard"], fits: (env) => isSet(env["DISPLAY"]) },
];

/** What such a program needs of its surroundings; it gets nothing else of them. */
const variables = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "DISPLAY",
  "XAUTHORITY",
  "WAYLAND_DISPLAY",
  "XDG_RUNTIME_DIR",
];

/** The longest that a program may take to read the text, milliseconds. It may stay in the background to hand it out. */
const mostMs = 3000;

/** Puts a text into the clipboard of this machine; resolves to what is in the way, undefined when it is there. Never rejects. */
export async function copyToMachine(
  text: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  for (const program of programs.filter(({ fits }) => fits(env, platform))) {
    const path = await found(program.name, env["PATH"] ?? "");
    if (path !== undefined) return feed(path, program, text, env);
  }
  return "this machine has no program for its clipboard: install wl-clipboard, xclip or xsel";
}

async function found(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((one) => one !== "")) {
    const file = join(folder, name);
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function feed(path: string, { name, args }: Program, text: string, env: Environment): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const own = Object.fromEntries(variables.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])));
  const child = spawn(path, args, { env: own, stdio: ["pipe", "ignore", "ignore"] });
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    resolve(`${name} did not take the text within ${mostMs / 1000} s`);
  }, mostMs);
  child.on("error", (error) => resolve(`${name} could not be started: ${messageOf(error)}`));
  child.on("exit", (code, signal) =>
    resolve(code === 0 ? undefined : `${name} has failed (${signal ?? `exit ${code}`})`),
  );
  child.stdin.on("error", () => "its exit tells why it does not read");
  child.stdin.end(text);
  return promise.finally(() => clearTimeout(timer));
}
