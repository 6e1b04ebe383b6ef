import { cloudCommands } from "./commands/cloud.ts";
import { containerCommands } from "./commands/containers.ts";
import { databaseCommands } from "./commands/databases.ts";
import { fileCommands } from "./commands/files.ts";
import { gitCommands } from "./commands/git.ts";
import { interpreterCommands } from "./commands/interpreters.ts";
import { machineCommands } from "./commands/machine.ts";
import { networkCommands } from "./commands/network.ts";
import { packageCommands } from "./commands/packages.ts";
import { processCommands } from "./commands/processes.ts";
import { readingCommands } from "./commands/reading.ts";
import { releaseCommands } from "./commands/releases.ts";
import { searchCommands } from "./commands/search.ts";
import { shellCommands } from "./commands/shells.ts";
import { toolCommands } from "./commands/tools.ts";
import { wrapperCommands } from "./commands/wrappers.ts";
import type { Handler } from "./run.ts";

/** Every program and builtin that the brake knows. What is not in here is judged by its words: see `installed.ts`. */
export const handlers: ReadonlyMap<string, Handler> = new Map([
  ...readingCommands,
  ...searchCommands,
  ...fileCommands,
  ...gitCommands,
  ...toolCommands,
  ...packageCommands,
  ...releaseCommands,
  ...interpreterCommands,
  ...shellCommands,
  ...wrapperCommands,
  ...networkCommands,
  ...processCommands,
  ...machineCommands,
  ...containerCommands,
  ...cloudCommands,
  ...databaseCommands,
]);
