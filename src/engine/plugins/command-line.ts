import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { messageOf } from "../../base/fault.ts";
import { isWithin } from "../../base/files.ts";
import type { CatalogueEntry } from "../../protocol/catalogue.ts";
import type { PluginManifest } from "../../protocol/plugin.ts";
import { isProgram } from "./machine.ts";

export type CommandLine = { command: string; args: string[] } | { problem: string };

/** What starts a plugin. Its entry is looked at anew each time: it must be a file of its folder, links followed. */
export function commandLine({ path, value }: CatalogueEntry<PluginManifest>, node: string): CommandLine {
  if (value.command !== undefined) return { command: value.command, args: value.args };
  const folder = dirname(path);
  const entry = value.entry ?? "";
  try {
    const file = realpathSync(join(folder, entry));
    if (!isWithin(file, realpathSync(folder))) return { problem: `its entry ${entry} leads out of its folder` };
    if (!statSync(file).isFile()) return { problem: `its entry ${entry} is not a file` };
    const runner = runners(node).get(extname(file));
    // On some disks every file is executable: one that we know how to run is run as it is only if it says itself by what.
    if (isProgram(file) && (runner === undefined || namesRunner(file))) return { command: file, args: value.args };
    if (runner !== undefined) return { command: runner, args: [file, ...value.args] };
    const known = [...runners(node).keys()].join(", ");
    return { problem: `its entry ${entry} is neither executable nor one of ${known}; make it executable` };
  } catch (error) {
    return { problem: `its entry ${entry} cannot be looked at: ${messageOf(error)}` };
  }
}

function namesRunner(file: string): boolean {
  const handle = openSync(file, "r");
  try {
    const head = Buffer.alloc(2);
    return readSync(handle, head, 0, 2, 0) === 2 && head.toString() === "#!";
  } finally {
    closeSync(handle);
  }
}

const runners = (node: string): ReadonlyMap<string, string> =>
  new Map([
    [".js", node],
    [".mjs", node],
    [".cjs", node],
    [".ts", node],
    [".py", "python3"],
    [".sh", "/bin/sh"],
  ]);
