import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { oneLine } from "../../base/text.ts";

/** Where systems put it. PATH is not asked: a workspace may stand in it. */
const places = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap"];

/** The bubblewrap of this machine, if it has one. */
export async function findBubblewrap(): Promise<string | undefined> {
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  return undefined;
}

export interface Trial {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** The line on its output that shows that all went well. */
  sign: string;
}

/** Runs a program for two seconds at most. Undefined when it gave the sign, otherwise what went wrong, in a line. */
export function tryProgram({ command, args, cwd, env, sign }: Trial): Promise<string | undefined> {
  const options = { cwd, env, timeout: mostMs, killSignal: "SIGKILL", windowsHide: true } as const;
  return new Promise((resolve) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim() === sign ? undefined : "it ended without doing anything");
      else if (error.killed === true) resolve(`it did not end within ${mostMs / 1000} seconds`);
      else resolve(oneLine(stderr.trim() || error.message, 200));
    });
    child.stdin?.end();
  });
}

const mostMs = 2000;
