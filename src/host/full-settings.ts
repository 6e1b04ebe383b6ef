import { availableParallelism } from "node:os";
import { defaultSettings, type RunSettings } from "../protocol/settings.ts";
import { readSettings } from "../store/settings-file.ts";
import type { DeckOptions } from "./deck-options.ts";

type Given = { [Name in keyof RunSettings]?: RunSettings[Name] | undefined };

/** All settings of a new run: what is given, then what the home keeps, then what is built in. */
export function fullSettings(given: Given, { home, offline }: Pick<DeckOptions, "home" | "offline">): RunSettings {
  const builtIn: RunSettings = { ...defaultSettings(availableParallelism()), offline };
  return { ...builtIn, ...defined(readSettings(home)), ...defined(given) };
}

const defined = (some: Given): Partial<RunSettings> =>
  Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
