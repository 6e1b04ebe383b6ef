import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { z } from "zod";
import { errnoOf, messageOf } from "../base/fault.ts";
import { lineFinder } from "../base/toml-lines.ts";
import { readToml } from "../base/toml.ts";
import { cockpitSettingsSchema, defaultCockpitSettings, type CockpitSettings } from "../protocol/cockpit-settings.ts";
import { homePaths } from "./home.ts";

/** The settings of the cockpit as far as they can be used. */
export interface CockpitFile {
  settings: CockpitSettings;
  path: string;
  /** What cannot be used, with its line; the rest holds all the same. */
  problems: string[];
  /** The line on which a value stands, for what is found out later; undefined where there is no file. */
  lineOf: ((path: readonly string[]) => number) | undefined;
}

/** Reads `<home>/cockpit.toml`. It never stops the cockpit: a wrong value is told, and what is built in holds in its place. */
export function readCockpitFile(home: string): CockpitFile {
  const path = homePaths(home).cockpit;
  const none: CockpitFile = { settings: defaultCockpitSettings(), path, problems: [], lineOf: undefined };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return none;
    return { ...none, problems: [`${basename(path)} cannot be read: ${messageOf(error)}`] };
  }
  const read = readToml<CockpitSettings>(text, cockpitSettingsSchema);
  const lineOf = lineFinder(text);
  if (read.ok) return { ...none, settings: read.value, lineOf };
  const problems = read.problems.map(({ line, problem }) => `${basename(path)}:${line}: ${problem}`);
  return { ...none, problems, lineOf, settings: usable(read.data) };
}

/** What is left of wrong settings when what is wrong is taken out of them. */
function usable(data: unknown): CockpitSettings {
  let rest: unknown = structuredClone(data);
  for (let round = 0; round < mostRounds; round += 1) {
    const read = cockpitSettingsSchema.safeParse(rest ?? {});
    if (read.success) return read.data;
    for (const issue of read.error.issues) rest = without(rest, issue);
  }
  return defaultCockpitSettings();
}

/** Taking one thing out may bring another to light, but not many. */
const mostRounds = 4;

function without(data: unknown, issue: z.core.$ZodIssue): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return {};
  const [first, second] = issue.path.map(String);
  const holder: unknown = first === undefined || second === undefined ? data : Reflect.get(data, first);
  if (typeof holder !== "object" || holder === null) return {};
  if (issue.code === "unrecognized_keys") {
    const place: unknown = first === undefined ? data : Reflect.get(data, first);
    for (const key of issue.keys) if (typeof place === "object" && place !== null) Reflect.deleteProperty(place, key);
    return data;
  }
  Reflect.deleteProperty(holder, second ?? first ?? "");
  return data;
}
