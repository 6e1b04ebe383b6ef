import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { BrakeQuestion } from "../../../protocol/brake-case.ts";
import type { Tier } from "../../../protocol/verdict.ts";
import { tiers } from "../../../protocol/verdict.ts";
import type { World } from "../world.ts";
import { tierOf, words } from "./values.ts";

/** The flags that say under which brake and in which place a call is judged. The folders need not exist. */
export interface BrakeFlags {
  tier?: Tier;
  workspace?: string;
  home?: string;
  homeDir?: string;
}

/** Adds the flag that says whose policy file counts. */
export const addPolicyFlag = (command: Command): Command =>
  command.option(
    "--home <dir>",
    "the deck's own folder, whose policy.toml is in force (default: $CYBERDECK_HOME or <workspace>/.cyberdeck)",
    words("--home", "."),
  );

/** Adds the flags of a command that judges calls. */
export function addBrakeFlags(command: Command): Command {
  return addPolicyFlag(command)
    .option("--tier <tier>", `the tier that judges: ${tiers.join(", ")}`, tierOf("--tier"))
    .option("-w, --workspace <dir>", "the workspace in which the call is made", words("--workspace", "."))
    .option("--home-dir <dir>", "the home folder of the user, what ~ means", words("--home-dir", "~"));
}

/** A path of the command line, absolute. */
export const absolute = (path: string, world: World): string =>
  resolve(world.cwd, path.replace(/^~(?=\/|$)/, world.homeDir));

/** The deck's own folder that the flags mean. */
export function deckHomeOf(flags: BrakeFlags, world: World): string {
  const home = flags.home ?? (world.env["CYBERDECK_HOME"] || undefined);
  return home === undefined ? join(absolute(flags.workspace ?? ".", world), ".cyberdeck") : absolute(home, world);
}

/** The place of a question as the flags give it. */
export function placeOf(flags: BrakeFlags & { cwd?: string }, world: World): Omit<BrakeQuestion, "tool" | "input"> {
  const workspace = absolute(flags.workspace ?? ".", world);
  return {
    tier: flags.tier ?? "default",
    workspace,
    cwd: flags.cwd === undefined ? workspace : absolute(flags.cwd, world),
    homeDir: flags.homeDir === undefined ? world.homeDir : absolute(flags.homeDir, world),
    deckHome: deckHomeOf(flags, world),
  };
}
