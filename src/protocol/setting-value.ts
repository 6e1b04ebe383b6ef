import { Fault, unreachable } from "../base/fault.ts";
import { nearest } from "../base/nearest.ts";
import { showDuration } from "../base/units.ts";
import { caliberSchema, showCaliber } from "./caliber.ts";
import { settingTable, type SettingKind, type SettingLine } from "./setting-table.ts";
import { savedSettingsSchema, type SavedSettings } from "./settings.ts";

/** The setting of a name, or of the field that it is; a fault names the nearest one. */
export function settingNamed(name: string): SettingLine {
  const wanted = name.trim().toLowerCase().replaceAll("-", "_");
  const found = settingTable.find((line) => line.name === wanted || line.field === wanted);
  if (found !== undefined) return found;
  const near = nearest(
    wanted,
    settingTable.map((line) => line.name),
  );
  throw new Fault("usage", "settings.unknown", `there is no setting "${name.slice(0, 60)}"`, {
    hint: `${near === undefined ? "" : `did you mean ${near}? `}"cyberdeck settings" lists them`,
  });
}

/** A value as the netrunner writes it, as a change of settings. */
export function parseSetting(line: SettingLine, text: string): SavedSettings {
  const value = read(line.kind, text.trim());
  const parsed = savedSettingsSchema.safeParse({ [line.field]: value });
  if (value !== undefined && parsed.success) return parsed.data;
  throw new Fault("usage", "settings.bad_value", `${line.name} cannot be "${text.slice(0, 60)}"`, {
    hint: `give ${hints[line.kind.of]}${canBeOff(line.kind) ? ", or off" : ""}, as in: cyberdeck settings set ${line.name} ${example(line.kind)}`,
  });
}

/** A value as the netrunner would write it. */
export function showSetting(line: SettingLine, settings: SavedSettings): string {
  const value = settings[line.field];
  if (value === undefined) return "";
  if (value === null) return line.kind.of === "window" ? "forever" : line.kind.of === "slots" ? "all" : "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "object") return showCaliber(value).replace("·", "/");
  if (typeof value === "string") return value;
  if (value === 0 && line.kind.of !== "count") return "off";
  if (value === 0 && canBeOff(line.kind)) return "off";
  if (line.kind.of === "usd") return `$${value}`;
  if (line.kind.of === "duration" || line.kind.of === "window") return shortTime(value);
  return String(value);
}

const canBeOff = (kind: SettingKind): boolean =>
  kind.of === "window" || kind.of === "slots" || ("canBeOff" in kind && kind.canBeOff);

/** The value as it is kept; undefined when the text is none. */
function read(kind: SettingKind, text: string): unknown {
  const word = text.toLowerCase();
  const isOff = word === "off" || word === "none";
  switch (kind.of) {
    case "count":
      if (isOff && kind.canBeOff) return 0;
      return /^\d{1,9}$/.test(word) ? Number(word) : undefined;
    case "slots":
      if (word === "all") return null;
      if (isOff) return 0;
      return /^\d{1,9}$/.test(word) ? Number(word) : undefined;
    case "tokens": {
      if (isOff) return 0;
      const match = /^(\d{1,12}(?:\.\d{1,3})?)([km]?)$/.exec(word);
      if (match === null) return undefined;
      return Math.round(Number(match[1]) * (match[2] === "k" ? 1e3 : match[2] === "m" ? 1e6 : 1));
    }
    case "usd":
      if (isOff) return 0;
      return /^\$?\d{1,9}(?:\.\d{1,6})?$/.test(word) ? Number(word.replace("$", "")) : undefined;
    case "duration":
      if (isOff && kind.canBeOff) return 0;
      return readTime(word);
    case "window":
      if (word === "forever") return null;
      return isOff || /^0+s?$/.test(word) ? 0 : readTime(word);
    case "switch":
      if (["on", "true", "yes"].includes(word)) return true;
      return ["off", "false", "no"].includes(word) ? false : undefined;
    case "choice":
      return kind.choices.find((one) => one === word);
    case "caliber": {
      if (isOff) return kind.canBeOff ? "off" : undefined;
      const [model = "", effort = "high"] = text.split(/[/·]/);
      const caliber = caliberSchema.safeParse({ model: model.trim(), effort: effort.trim().toLowerCase() });
      return caliber.success ? caliber.data : undefined;
    }
    case "email":
      return isOff ? null : text;
    case "text":
      return text;
    default:
      return unreachable(kind);
  }
}

function readTime(word: string): number | undefined {
  const match = /^(?:(\d{1,4})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?(?:(\d{1,10})ms)?$/.exec(word);
  const units = [86_400_000, 3_600_000, 60_000, 1000, 1];
  const ms = match === null ? 0 : units.reduce((sum, unit, at) => sum + unit * Number(match[at + 1] ?? 0), 0);
  return ms > 0 ? ms : undefined;
}

function shortTime(ms: number): string {
  if (ms % 1000 !== 0) return ms < 60_000 ? `${ms}ms` : showDuration(ms);
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms / 1000) % 60];
  return [hours > 0 ? `${hours}h` : "", minutes > 0 ? `${minutes}m` : "", seconds > 0 ? `${seconds}s` : ""].join("");
}

const hints: Record<SettingKind["of"], string> = {
  count: "a whole number",
  tokens: "a number of tokens",
  usd: "US dollars",
  duration: "a time with its unit",
  window: "a time with its unit, or forever",
  slots: "a whole number, or all",
  switch: "on or off",
  choice: "one of its words",
  caliber: "a model and an effort",
  email: "an address",
  text: "a name",
};

function example(kind: SettingKind): string {
  if (kind.of === "choice") return kind.choices.join(" | ");
  const examples = {
    count: "4",
    tokens: "200k",
    usd: "5",
    duration: "10m",
    window: "90s",
    slots: "4",
    switch: "on",
    caliber: "opus/high",
    email: "you@example.org",
    text: "default",
  };
  return examples[kind.of];
}
