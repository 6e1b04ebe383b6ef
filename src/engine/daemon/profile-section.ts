import { headAndTail, inert, oneLine } from "../../base/text.ts";
import { heading } from "../../protocol/briefing.ts";
import type { CatalogueChange, CatalogueEntry } from "../../protocol/catalogue.ts";
import { pluginTable } from "../../protocol/plugin-briefing.ts";
import type { PluginLine } from "../../protocol/plugin.ts";
import type { Profile } from "../../protocol/profile.ts";

export type ProfileEntry = CatalogueEntry<Profile>;

/** Bytes of all profiles in the prompt: each daemon process reads it once. */
const mostBytes = 24 * 1024;

/**
 * The part of the daemon's prompt that lists the profiles, in the order of their names. The same profiles give the same
 * bytes.
 * @param usual name of the profile of whoever is given none
 */
export function profileSection(profiles: readonly ProfileEntry[], usual: string): string {
  const listed = headAndTail(profiles.map(profileLines).join("\n"), mostBytes).text;
  return `# Profiles
Profiles that there are (name, category: what for; tools):
${listed === "" ? "- none" : listed}
Name one in "profile" to have a construct adopt it; omit it for "${oneLine(usual, 64)}". Where a profile lists tools, its constructs have no others: choose one that has what the task needs (to write files or run commands takes Write, Edit or Bash). A construct is told its profile, so the task need not repeat it. A name that is not listed is refused; "${heading.catalogue}" tells when the list has changed.`;
}

/** What has become of profiles and plugins since the daemon was last told, as they are now. Empty when nothing has. */
export function catalogueSection(
  changes: readonly CatalogueChange[],
  profiles: readonly ProfileEntry[],
  plugins: readonly PluginLine[],
): string {
  const changed = (wanted: CatalogueChange["kind"]): string[] => [
    ...new Set(changes.flatMap(({ kind, name }) => (kind === wanted ? [name] : []))),
  ];
  const pluginLines = changed("plugin").map((name) => {
    const found = pluginTable(plugins.filter((plugin) => plugin.name === name));
    return found === "" ? `- plugin ${name}: it cannot be used any more` : `plugin, as it is now:\n${found}`;
  });
  const profileTold = changed("profile").map((name) => {
    const found = profiles.find((entry) => entry.name === name);
    return found === undefined
      ? `- profile ${name}: there is none any more`
      : `profile, as it is now:\n${profileLines(found)}`;
  });
  const lines = [...profileTold, ...pluginLines];
  if (lines.length === 0) return "";
  return `${heading.catalogue}\n${headAndTail(lines.join("\n"), mostBytes / 4).text}`;
}

function profileLines({ name, value }: ProfileEntry): string {
  const tools = value.tools === undefined ? "all tools" : `tools: ${value.tools.join(", ") || "none"}`;
  const programs = value.uses.length === 0 ? "" : `; programs: ${value.uses.join(", ")}`;
  const memory = value.context === "project" ? "; knows the project's CLAUDE.md" : "";
  const own = value.daemon_addendum === "" ? "" : `\n${indented(value.daemon_addendum)}`;
  return `- ${name}, ${oneLine(value.category, 40)}: ${oneLine(value.description, 200)} (${tools}${programs}${memory})${own}`;
}

/** So that no line of it can pass for a heading. */
const indented = (text: string): string => inert(text).replace(/^/gm, "  ");
