import { availableParallelism } from "node:os";
import { defaultSettings, type RunSettings } from "../protocol/settings.ts";
import { readSettings } from "../store/settings-file.ts";
import type { DeckOptions } from "./deck-options.ts";

type Given = { [Name in keyof RunSettings]?: RunSettings[Name] | undefined };

/** All settings of a new run: what is given, then what the home keeps, then what is built in. */
export function fullSettings(given: Given, { home, offline }: Pick<DeckOptions, "home" | "offline">): RunSettings {
  const builtIn = defaultSettings(availableParallelism());
  // Whether a model is paid for is no wish: it is what the deck runs on.
  return { ...builtIn, ...defined(readSettings(home)), ...defined(given), offline };
}

const defined = (some: Given): Partial<RunSettings> =>
  Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
