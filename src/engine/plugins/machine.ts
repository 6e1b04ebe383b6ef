import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { PluginManifest } from "../../protocol/plugin.ts";

/** What the entry point knows of the machine that plugins would run on. */
export interface PluginMachine {
  platform: string;
  /** Folders in which programs are looked for, as in PATH. */
  path: string;
  /** Names of the variables that are set. */
  variables: ReadonlySet<string>;
}

/** Why a plugin cannot be used here, in words; undefined: it can. */
export function unmet(
  { platforms, binaries, env }: PluginManifest["requires"],
  machine: PluginMachine,
): string | undefined {
  if (platforms !== undefined && !platforms.some((name) => name === machine.platform))
    return `it runs on ${platforms.join(", ") || "no system"}, and this is ${machine.platform}`;
  const missing = binaries.filter((name) => programOn(machine.path, name) === undefined);
  if (missing.length > 0) return `it needs ${missing.join(", ")}, which PATH does not have; install what is missing`;
  const unset = env.filter((name) => !machine.variables.has(name));
  if (unset.length > 0) return `it needs the variable ${unset.join(", ")}; set it where the deck is started`;
  return undefined;
}

/** Where a program lies that would be run by its name. */
export function programOn(path: string, name: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** Whether a file can be executed as it is. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not to be run: the same to whoever looks for a program.
    return false;
  }
}
