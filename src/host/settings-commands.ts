import type { Command } from "../protocol/command.ts";
import type { RunSettings } from "../protocol/settings.ts";
import { changeSettings, readSettings } from "../store/settings-file.ts";
import type { Replies } from "./port.ts";

export type SettingsCommand = Command & { type: "settings.read" | "settings.save" };

export const isSettingsCommand = (command: Command): command is SettingsCommand =>
  command.type === "settings.read" || command.type === "settings.save";

/**
 * Reads or changes what a home has of its own.
 * @param run what holds for the run that is open
 */
export function answerSettings(
  command: SettingsCommand,
  home: string,
  run: RunSettings | undefined,
): Replies["settings.read"] {
  const saved = command.type === "settings.read" ? readSettings(home) : changeSettings(home, command);
  return { saved, run: run === undefined ? null : structuredClone(run) };
}
