import type { CockpitSettings, ThemeName } from "../../protocol/cockpit-settings.ts";

type Environment = Record<string, string | undefined>;

/** How the cockpit looks: as the settings say, as far as the terminal's environment allows. */
export function appearanceOf(
  { theme, signs }: Pick<CockpitSettings, "theme" | "signs">,
  /** `color`: false where `--no-color` was given. */
  { env, color }: { env: Environment; color: boolean },
): { theme: ThemeName; ascii: boolean } {
  const hasColor = color && (env["NO_COLOR"] ?? "") === "";
  return {
    theme: hasColor ? theme : "mono",
    ascii: signs === "ascii" || (signs === "auto" && !isUtf8(env)),
  };
}

/** A locale that says nothing is one of a container or a bare login, on terminals that know UTF-8 all the same. */
function isUtf8(env: Environment): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return locale === undefined || /utf-?8/i.test(locale);
}
