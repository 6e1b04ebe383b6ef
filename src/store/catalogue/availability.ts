import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { errnoOf } from "../../base/fault.ts";
import type { CatalogueEntry } from "../../protocol/catalogue.ts";
import type { Availability, RegisteredTool, ToolStanding } from "../../protocol/registered-tool.ts";

/** What decides where a program is found. */
export interface ToolSurroundings {
  /** The PATH of the agents. */
  path: string;
  /** Their HOME: what `~/` means. */
  home: string;
}

/** Looks whether a program of the registry can be run now. Nothing is started. */
export function standingOf(
  { value: tool, path: file }: CatalogueEntry<RegisteredTool>,
  around: ToolSurroundings,
): ToolStanding {
  const lies = tool.path === undefined ? undefined : placeOf(tool.path, file, around.home);
  const command = tool.command ?? lies ?? tool.name;
  // A script may be run by another program: then it need not be executable itself.
  const isRun = tool.command === undefined || tool.kind === "binary";
  const availability = lies === undefined ? onPath(command, around.path) : isThere(lies, isRun);
  return { tool, command, availability };
}

const placeOf = (path: string, file: string, home: string): string =>
  resolve(dirname(file), path.replace(/^~(?=\/|$)/, home));

function onPath(command: string, path: string): Availability {
  const [program = ""] = command.split(/\s+/);
  if (program.includes("/")) return isThere(program, true);
  for (const folder of path.split(delimiter)) {
    // A folder that is seen from wherever one happens to be is no place for a program.
    if (!folder.startsWith("/")) continue;
    const found = isThere(join(folder, program), true);
    if (found.available) return found;
  }
  return { available: false, why: `there is no program ${program} on PATH` };
}

function isThere(file: string, isRun: boolean): Availability {
  try {
    if (!statSync(file).isFile()) return { available: false, why: `${file} is not a file` };
    accessSync(file, isRun ? constants.X_OK : constants.R_OK);
    return { available: true, file };
  } catch (error) {
    const why = errnoOf(error) === "EACCES" ? `may not be ${isRun ? "executed" : "read"}` : "is not there";
    return { available: false, why: `${file} ${why}` };
  }
}
