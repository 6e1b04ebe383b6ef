import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { errnoOf, Fault } from "../../../base/fault.ts";
import type { DeckOptions } from "../../../host/deck-options.ts";
import type { World } from "../world.ts";
import { shellWords } from "../../../base/shell-words.ts";
import { addressesIn } from "./hub-flags.ts";
import { words } from "./values.ts";

/** The flags that say which deck is meant. */
export interface DeckFlags {
  workspace?: string;
  home?: string;
  claudeBin?: string;
  offline?: boolean;
  /** Addresses of the NATS server of a fleet, separated by commas, and the fleet's name. */
  hub?: string;
  fleet?: string;
  /** Everything in the process of this command. */
  embedded?: boolean;
  /** One of the open runs, as `addRunFlag` reads it. */
  run?: string;
}

/** Adds the flags that every command has which looks at a home. */
export function addHomeFlags(command: Command): Command {
  return command
    .option(
      "-w, --workspace <dir>",
      "where constructs work (default: the current directory)",
      words("--workspace", "."),
    )
    .option(
      "--home <dir>",
      "the deck's own folder (default: $CYBERDECK_HOME or <workspace>/.cyberdeck)",
      words("--home", "."),
    );
}

/** Adds the flags of a command that starts agents. */
export function addAgentFlags(command: Command): Command {
  return addHomeFlags(command)
    .option("--offline", "use the scripted model that ships with the deck: no account, no network, no cost")
    .option(
      "--claude-bin <path>",
      "the Claude Code program (default: $CYBERDECK_CLAUDE_BIN, then PATH)",
      words("--claude-bin", "~/bin/claude"),
    );
}

/** Adds the flags of a command in whose process a deck may be that has nodes. */
export const addHubFlags = (command: Command): Command =>
  command
    .option(
      "--hub <urls>",
      "the NATS server of a fleet of nodes (default: what hub.json of the home says)",
      words("--hub", "nats://10.0.0.1:4222"),
    )
    .option("--fleet <name>", 'which fleet on it (default: "main")', words("--fleet", "main"));

/** Adds the flags that say where a run lives. */
export const addHostFlags = (command: Command): Command =>
  command
    .option("--detach", "start it, say how to follow it, and leave")
    .option("--embedded", "without a host: the run lives in this process, and ends with it");

/** Refuses what cannot be: a run without a host ends with the command that has started it. */
export function mustNotDetach({ detach, embedded }: { detach?: boolean; embedded?: boolean }): void {
  if (detach !== true || embedded !== true) return;
  throw new Fault("usage", "cli.detach_embedded", "--detach and --embedded do not go together", {
    hint: "leave --embedded out: the host of the home goes on with the run",
  });
}

/** Refuses a hub for a run that a host has: the host has its own, or none. */
export function mustBeOwnHub({ hub, fleet, embedded }: DeckFlags): void {
  if (embedded === true || (hub === undefined && fleet === undefined)) return;
  throw new Fault("usage", "cli.hub_of_host", "--hub and --fleet are for a run with --embedded: a host has its own", {
    hint: "start the host with it: cyberdeck host --detach --hub URL, or put it into hub.json of the home; or add --embedded",
  });
}

/** Adds the flag that names one of the open runs; `lookUp` goes by it. */
export const addRunFlag = (command: Command): Command =>
  command.option(
    "--run <run>",
    "which of the open runs: its id, or the unique beginning or end of it (default: the only one)",
    words("--run", "a1b2"),
  );

/** Says which deck the flags mean. A workspace that is not a folder is refused. */
export async function deckOptions(flags: DeckFlags, world: World, mode: DeckOptions["mode"]): Promise<DeckOptions> {
  const absolute = (path: string): string => resolve(world.cwd, path.replace(/^~(?=\/|$)/, world.homeDir));
  const workspace = absolute(flags.workspace ?? ".");
  await mustBeFolder(workspace);
  const home = flags.home ?? (world.env["CYBERDECK_HOME"] || undefined);
  return {
    workspace,
    home: home === undefined ? join(workspace, ".cyberdeck") : absolute(home),
    mode,
    offline: flags.offline === true,
    ...(flags.claudeBin === undefined ? {} : { claudeBin: absolute(flags.claudeBin) }),
    ...hubOf(flags),
  };
}

/**
 * The flags as they were given, for a command line that goes on with the same deck. Empty, or it begins with a blank.
 * @param part `home`: only those that every command has
 */
export function repeated(flags: DeckFlags, part: "all" | "home" = "all"): string {
  const given: string[] = [];
  if (flags.workspace !== undefined) given.push("--workspace", flags.workspace);
  if (flags.home !== undefined) given.push("--home", flags.home);
  if (part === "home") return given.length === 0 ? "" : ` ${shellWords(given)}`;
  if (flags.claudeBin !== undefined) given.push("--claude-bin", flags.claudeBin);
  if (flags.offline === true) given.push("--offline");
  if (flags.embedded === true) given.push("--embedded");
  if (flags.hub !== undefined) given.push("--hub", flags.hub);
  if (flags.fleet !== undefined) given.push("--fleet", flags.fleet);
  return given.length === 0 ? "" : ` ${shellWords(given)}`;
}

function hubOf({ hub, fleet }: DeckFlags): Pick<DeckOptions, "hub"> {
  if (hub === undefined && fleet === undefined) return {};
  if (hub === undefined)
    throw new Fault("usage", "cli.fleet_alone", "--fleet needs --hub", {
      hint: "name the server too: --hub nats://host:4222, or put both into hub.json of the home",
    });
  return { hub: { urls: addressesIn(hub), ...(fleet === undefined ? {} : { fleet }) } };
}

async function mustBeFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT" && errnoOf(cause) !== "ENOTDIR")
      throw new Fault("setup", "cli.workspace_unreadable", `the workspace ${path} cannot be read`, {
        cause,
        hint: "check its permissions, or name another folder with --workspace",
      });
    throw new Fault("usage", "cli.no_workspace", `there is no folder ${path}`, {
      hint: "create it, or name an existing folder with --workspace",
    });
  }
  throw new Fault("usage", "cli.workspace_is_file", `the workspace ${path} is not a folder`, {
    hint: "name the folder in which the constructs should work",
  });
}

/** The option of a command that follows a run, for whoever has no time. */
export const noWait = ["--no-wait", "do not wait for a usage limit to end: pause the run and exit with 4"] as const;
