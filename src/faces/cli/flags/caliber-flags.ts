import { Option, type Command } from "commander";
import { efforts, type Caliber, type Effort } from "../../../protocol/caliber.ts";
import type { RunSettings } from "../../../protocol/settings.ts";
import { effortOf, words } from "./values.ts";

/** The flags that say what constructs run on. */
export interface CaliberFlags {
  model?: string;
  effort?: Effort;
  fastMode?: boolean;
}

export function addCaliberFlags(command: Command, usual: RunSettings): Command {
  return command
    .option(
      "-m, --model <name>",
      `model of all constructs, whatever the daemon picks; "cyberdeck calibers" lists them (default: ${usual.caliber.model}, or what the daemon picks)`,
      words("--model", "haiku"),
    )
    .option(
      "-e, --effort <level>",
      `effort of all constructs: ${efforts.join(", ")} (default: ${usual.caliber.effort}, or what the daemon picks)`,
      effortOf("--effort"),
    )
    .option(
      "--fast-mode",
      "run constructs in the provider's fast mode where their model has one: Claude Code counts it at TWICE the usual price; --no-fast-mode ends it when a run is resumed",
    )
    .addOption(new Option("--no-fast-mode").hideHelp());
}

/** What the flags change. What the netrunner has named is fixed for the run. */
export function changedCaliber({ model, effort, fastMode }: CaliberFlags, now: RunSettings): Partial<RunSettings> {
  const fixed = new Set(now.caliber_fixed);
  if (model !== undefined) fixed.add("model");
  if (effort !== undefined) fixed.add("effort");
  return {
    ...(model === undefined && effort === undefined
      ? {}
      : { caliber: chosenCaliber(model, effort, now.caliber), caliber_fixed: [...fixed] }),
    ...(fastMode === undefined ? {} : { fast_mode: fastMode }),
  };
}

/** A caliber of which one part or both are said anew. */
export const chosenCaliber = (model: string | undefined, effort: Effort | undefined, now: Caliber): Caliber => ({
  model: model ?? now.model,
  effort: effort ?? now.effort,
});
