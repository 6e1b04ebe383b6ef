import type { Port } from "../../host/port.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import { changedSettings, type SettingFlags } from "./flags/setting-flags.ts";

/** What holds for a new run: what is built in, then the home's own, then the flags. */
export async function newSettings(port: Port, flags: SettingFlags, builtIn: RunSettings): Promise<RunSettings> {
  const { saved } = await port.send({ type: "settings.read" });
  const given = Object.entries(saved).filter(([, value]) => value !== undefined);
  const usual = { ...builtIn, ...Object.fromEntries(given) };
  return { ...usual, ...changedSettings(flags, usual) };
}
