/**
 * The shell lines of the recipes in a makefile. Variables of make become variables of the shell that nobody has set, so that
 * what they stand for is unknown.
 */
export function recipesOf(text: string): string[] {
  const joined = text.replaceAll(/\\\n[ \t]*/g, " ");
  const settings = new Map(
    [...joined.matchAll(/^(\w+)[ \t]*[:?]?=[ \t]*([\w./ -]*)$/gm)].map(([, name = "", value = ""]) => [
      name,
      value.trim(),
    ]),
  );
  return [...joined.matchAll(/^\t[-@+]*(.+)$|^[^\t\n#=]+:[^=\n]*;(.+)$/gm)].map(([, recipe, inline]) =>
    (recipe ?? inline ?? "")
      .replaceAll(/\$[({](\w+)[)}]/g, (_, name: string) => settings.get(name) ?? `\${${name}_OF_MAKE}`)
      .replaceAll(/\$[@<^?*+|%]/g, "${TARGET_OF_MAKE}")
      .replaceAll("$$", "$"),
  );
}
