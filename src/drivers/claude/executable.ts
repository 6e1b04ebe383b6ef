import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { Fault, messageOf } from "../../base/fault.ts";

export interface ExecutableChoice {
  /** `--claude-bin`, if it was given. */
  asked?: string | undefined;
  /** The caller's environment: `CYBERDECK_CLAUDE_BIN` and `PATH` are read. */
  env: Record<string, string | undefined>;
  /** Relative paths are meant from here. */
  cwd: string;
}

const nextStep = "Install Claude Code (https://code.claude.com), or name its executable with --claude-bin PATH.";

/** The agent's executable: as asked, else CYBERDECK_CLAUDE_BIN, else `claude` on PATH, else the one in the SDK. */
export async function findExecutable(choice: ExecutableChoice): Promise<string> {
  const named = choice.asked ?? choice.env["CYBERDECK_CLAUDE_BIN"];
  if (named !== undefined && named !== "") return namedExecutable(named, choice);
  return (await onPath("claude", choice.env["PATH"])) ?? (await inSdk());
}

/** What changes with the version of a program: where it really is, its size and its time. Never rejects. */
export async function identityOf(executable: string): Promise<string> {
  try {
    const path = await realpath(executable);
    const { size, mtimeMs } = await stat(path);
    return `${path} ${size} ${mtimeMs}`;
  } catch {
    return "unreadable"; // Whoever starts it is told what is wrong with it.
  }
}

async function namedExecutable(named: string, choice: ExecutableChoice): Promise<string> {
  if (!named.includes("/")) {
    const found = await onPath(named, choice.env["PATH"]);
    if (found !== undefined) return found;
  }
  const path = isAbsolute(named) ? named : resolve(choice.cwd, named);
  try {
    await access(path, constants.X_OK);
    if ((await stat(path)).isFile()) return path;
  } catch (cause) {
    throw new Fault("setup", "agent.not_found", `The agent executable ${path} cannot be run: ${messageOf(cause)}`, {
      cause,
      hint: nextStep,
    });
  }
  throw new Fault("setup", "agent.not_found", `The agent executable ${path} is not a file.`, { hint: nextStep });
}

async function onPath(name: string, path: string | undefined): Promise<string | undefined> {
  for (const folder of (path ?? "").split(delimiter)) {
    if (folder !== "" && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

async function inSdk(): Promise<string> {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch}`;
  const file = process.platform === "win32" ? "claude.exe" : "claude";
  for (const name of [platform, `${platform}-musl`]) {
    try {
      return require.resolve(`@anthropic-ai/claude-agent-sdk-${name}/${file}`);
    } catch {
      // This platform's package is not installed: the next one, or the fault below, tells.
    }
  }
  throw new Fault(
    "setup",
    "agent.not_found",
    `Claude Code was not found: no "claude" on PATH and none for ${platform} in the SDK.`,
    {
      hint: nextStep,
    },
  );
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not for us: the search goes on.
    return false;
  }
}
