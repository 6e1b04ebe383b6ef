import type { DeckModel } from "../model/deck-model.ts";
import { isLive, isOfHome, settingTable, type SavedField, type SettingLine } from "../../../protocol/setting-table.ts";
import { showSetting } from "../../../protocol/setting-value.ts";
import { defaultSettings, type SavedSettings } from "../../../protocol/settings.ts";
import type { RunView } from "../../../protocol/view.ts";
import { usageOf, type Usage } from "./usage.ts";

/** A setting as it holds. */
export interface SettingFacts {
  line: SettingLine;
  value: string;
  builtIn: string;
  /** What later runs begin with. */
  kept: string;
  /** Whose value it is. */
  from: "run" | "home" | "built in";
  isLive: boolean;
  usage: Usage | null;
}

/** @param run the run that is open and meant; undefined: the values are those of the next one */
export function settingFacts(
  line: SettingLine,
  saved: SavedSettings,
  run: RunView | undefined,
  { now, today }: Pick<DeckModel, "now" | "today">,
): SettingFacts {
  const own = { ...usual, ...saved };
  const isRunsOwn = run !== undefined && !isOfHome(line.field);
  const kept = valueOf(line, own, saved);
  const value = isRunsOwn ? showSetting(line, run.settings) : kept;
  const isSaved = saved[line.field] !== undefined;
  // What is built in for the number of processors is not known here.
  const isSame = value === kept || (line.field === "max_starting" && !isSaved);
  return {
    line,
    value,
    kept,
    builtIn: valueOf(line, usual, {}),
    from: !isSame ? "run" : isSaved ? "home" : "built in",
    isLive: isLive(line.field),
    usage: run === undefined ? null : usageOf(run, line.field, now, today.usd),
  };
}

const usual = defaultSettings(1);

const valueOf = (line: SettingLine, settings: SavedSettings, saved: SavedSettings): string =>
  line.field === "max_starting" && saved.max_starting === undefined ? "one a core" : showSetting(line, settings);

/** The settings by what they are about; each is in one of them. */
export const settingGroups: readonly { title: string; lines: readonly SettingLine[] }[] = groups({
  "THE RUN AND THE DAY": ["budget_usd", "day_usd", "run_time_ms", "run_turns", "run_tokens", "max_spawns"],
  "EACH CONSTRUCT": [
    "construct_usd",
    "time_limit_ms",
    "construct_turns",
    "construct_tokens",
    "idle_warn_ms",
    "idle_limit_ms",
  ],
  "THE FLEET": ["max_concurrent", "max_starting", "pool", "placement", "here_slots", "fast_mode"],
  "WHAT MAY BE DONE": ["brake", "airgap", "hold_window_ms", "sandbox", "my_email"],
  "WHO WORKS": [
    "caliber",
    "daemon_caliber",
    "watchdog_caliber",
    "tripwire_author",
    "profile",
    "autopilot",
    "backend",
    "structured_reply",
  ],
});

function groups(fields: Record<string, SavedField[]>): { title: string; lines: SettingLine[] }[] {
  const named = Object.entries(fields).map(([title, own]) => ({
    title,
    lines: own.flatMap((field) => settingTable.filter((line) => line.field === field)),
  }));
  const rest = settingTable.filter(({ field }) => !Object.values(fields).flat().includes(field));
  return [...named, { title: "THE HOME", lines: rest }];
}
