import { access, constants, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { errnoOf, Fault, messageOf } from "../base/fault.ts";

interface Wish {
  command: string;
  cwd: string;
  env: Record<string, string>;
}

/** Why a child could not be started. The kernel says ENOENT for three different things, so the disk is asked which it was. */
export async function setupFault(cause: unknown, wish: Wish): Promise<Fault> {
  const fault = (code: string, message: string, hint: string): Fault =>
    new Fault("setup", `process.${code}`, message, {
      facts: { command: wish.command, cwd: wish.cwd },
      hint,
      cause,
    });

  const folder = await stat(wish.cwd).catch(() => undefined);
  if (folder === undefined)
    return fault("cwd_missing", `The folder ${wish.cwd} does not exist.`, "Create it, or choose another workspace.");
  if (!folder.isDirectory())
    return fault("cwd_not_folder", `${wish.cwd} is not a folder.`, "Choose a folder as the workspace.");
  if (!(await reachable(wish.cwd, constants.X_OK)))
    return fault(
      "cwd_denied",
      `The folder ${wish.cwd} may not be entered.`,
      "Check its permissions, or choose another.",
    );

  const { command } = wish;
  switch (errnoOf(cause) ?? "") {
    case "ENOENT":
      return (await exists(wish))
        ? fault(
            "interpreter_missing",
            `${command} names an interpreter that is not there.`,
            "Look at its first line (#!).",
          )
        : fault("command_missing", `${command} was not found.`, "Install it, or give its full path.");
    case "EACCES":
    case "EPERM":
      return fault("command_denied", `${command} may not be run.`, `Make it executable: chmod +x ${command}`);
    case "E2BIG":
      return fault(
        "too_long",
        `The arguments for ${command} are too long.`,
        "Hand the text over on its input instead.",
      );
    case "EAGAIN":
    case "ENOMEM":
    case "EMFILE":
    case "ENFILE":
      return fault(
        "machine_full",
        `The machine has no room for another process (${errnoOf(cause)}).`,
        "Let fewer constructs run at once, or raise the limits of processes and open files (ulimit -u, ulimit -n).",
      );
    default:
      return fault("not_started", `${command} could not be started: ${messageOf(cause)}`, "Try it by hand in a shell.");
  }
}

async function exists({ command, cwd, env }: Wish): Promise<boolean> {
  const named = isAbsolute(command) || command.includes("/");
  const places = named
    ? [resolve(cwd, command)]
    : (env["PATH"] ?? "").split(delimiter).map((folder) => join(resolve(cwd, folder), command));
  for (const place of places) if (await reachable(place, constants.F_OK)) return true;
  return false;
}

const reachable = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
