import type { RunSettings } from "./settings.ts";
import { liveSettingsSchema, sandboxes } from "./settings.ts";
import { placements } from "./place.ts";
import { tiers } from "./verdict.ts";

/** How the value of a setting is written and read. */
export type SettingKind =
  | { of: "count" | "tokens" | "usd" | "duration"; unit: string; /** 0, which means none. */ canBeOff: boolean }
  /** A duration, none at all, or no end. */
  | { of: "window"; unit: string }
  /** A number, none, or as many as there may be. */
  | { of: "slots"; unit: string }
  | { of: "switch"; unit: string }
  | { of: "choice"; unit: string; choices: readonly string[] }
  | { of: "caliber"; unit: string; canBeOff: boolean }
  | { of: "email" | "text"; unit: string };

/** A setting that can be kept in a home. */
export interface SettingLine {
  /** What the netrunner calls it. */
  name: string;
  field: SavedField;
  kind: SettingKind;
  /** What it is, in a phrase. */
  doc: string;
}

export type SavedField = Exclude<keyof RunSettings, "offline" | "caliber_fixed" | "on">;

const count = (canBeOff: boolean): SettingKind => ({
  of: "count",
  unit: canBeOff ? "number, off" : "number",
  canBeOff,
});
const tokens: SettingKind = { of: "tokens", unit: "tokens, off", canBeOff: true };
const usd: SettingKind = { of: "usd", unit: "US dollars, off", canBeOff: true };
const duration = (canBeOff: boolean): SettingKind => ({
  of: "duration",
  unit: canBeOff ? "time, off" : "time",
  canBeOff,
});
const onOff: SettingKind = { of: "switch", unit: "on, off" };
const choice = (choices: readonly string[]): SettingKind => ({ of: "choice", unit: choices.join(", "), choices });
const caliber = (canBeOff: boolean): SettingKind => ({
  of: "caliber",
  unit: canBeOff ? "model/effort, off" : "model/effort",
  canBeOff,
});

/** Names, units and words of all settings, in the order of the list: help, list and documentation are made of it. */
export const settingTable: readonly SettingLine[] = [
  { name: "max_concurrent", field: "max_concurrent", kind: count(false), doc: "constructs at work at the same time" },
  { name: "max_starting", field: "max_starting", kind: count(false), doc: "agents that start at the same time" },
  { name: "max_spawns", field: "max_spawns", kind: count(true), doc: "constructs of a run in all" },
  { name: "pool", field: "pool", kind: count(true), doc: "agents that are kept ready" },
  { name: "placement", field: "placement", kind: choice(placements), doc: "where constructs go that may go anywhere" },
  {
    name: "here_slots",
    field: "here_slots",
    kind: { of: "slots", unit: "number, off, all" },
    doc: "constructs on this machine, where there are others",
  },
  {
    name: "hold_window",
    field: "hold_window_ms",
    kind: { of: "window", unit: "time, off, forever" },
    doc: "how long a held call waits for you",
  },
  {
    name: "idle_warn",
    field: "idle_warn_ms",
    kind: duration(true),
    doc: "a construct that is silent for so long is warned of",
  },
  {
    name: "idle_limit",
    field: "idle_limit_ms",
    kind: duration(false),
    doc: "a construct that is silent for so long is stopped",
  },
  {
    name: "time_limit",
    field: "time_limit_ms",
    kind: duration(true),
    doc: "a construct may work for so long",
  },
  {
    name: "construct_turns",
    field: "construct_turns",
    kind: count(true),
    doc: "model requests of a construct before it asks",
  },
  { name: "construct_tokens", field: "construct_tokens", kind: tokens, doc: "tokens of a construct before it asks" },
  { name: "construct_usd", field: "construct_usd", kind: usd, doc: "cost of a construct before it asks" },
  { name: "budget", field: "budget_usd", kind: usd, doc: "cost of a run before it asks" },
  { name: "run_turns", field: "run_turns", kind: count(true), doc: "model requests of a run before it asks" },
  { name: "run_tokens", field: "run_tokens", kind: tokens, doc: "tokens of a run before it asks" },
  { name: "run_time", field: "run_time_ms", kind: duration(true), doc: "open time of a run before it asks" },
  { name: "day_usd", field: "day_usd", kind: usd, doc: "cost of all runs of a day before they ask" },
  {
    name: "retention",
    field: "retention_days",
    kind: { of: "count", unit: "days, off", canBeOff: true },
    doc: "age from which 'runs prune' removes a run that is over",
  },
  {
    name: "host_idle",
    field: "host_idle_ms",
    kind: duration(true),
    doc: "the host of this home ends after so long without a run and a face",
  },
  { name: "brake", field: "brake", kind: choice(tiers), doc: "what constructs may do" },
  { name: "airgap", field: "airgap", kind: onOff, doc: "no network for any construct" },
  { name: "sandbox", field: "sandbox", kind: choice(sandboxes), doc: "the operating system's wall" },
  {
    name: "fast_mode",
    field: "fast_mode",
    kind: onOff,
    doc: "the provider's fast mode where there is one, at its price",
  },
  { name: "caliber", field: "caliber", kind: caliber(false), doc: "model and effort of constructs" },
  { name: "daemon_caliber", field: "daemon_caliber", kind: caliber(false), doc: "model and effort of the daemon" },
  { name: "tripwire_author", field: "tripwire_author", kind: caliber(true), doc: "who writes tripwires for a goal" },
  {
    name: "watchdog_caliber",
    field: "watchdog_caliber",
    kind: caliber(false),
    doc: "who answers your questions from the record",
  },
  {
    name: "profile",
    field: "profile",
    kind: { of: "text", unit: "name" },
    doc: "profile of constructs that are given none",
  },
  { name: "autopilot", field: "autopilot", kind: onOff, doc: "the daemon does not ask between steps" },
  {
    name: "backend",
    field: "backend",
    kind: choice(["streaming", "one-shot"]),
    doc: "how the daemon's process is run",
  },
  {
    name: "structured_reply",
    field: "structured_reply",
    kind: onOff,
    doc: "the daemon's replies are constrained by a schema",
  },
  {
    name: "my_email",
    field: "my_email",
    kind: { of: "email", unit: "address" },
    doc: "your address: calls in which it appears are held",
  },
];

/** Whether it is the home's alone, and nothing of one run. */
export const isOfHome = (field: SavedField): boolean => field === "host_idle_ms" || field === "retention_days";

/** Whether a change holds for the run that is open. */
export const isLive = (field: SavedField): boolean => Object.hasOwn(liveSettingsSchema.shape, field);
