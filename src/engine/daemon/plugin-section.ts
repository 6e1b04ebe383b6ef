import { pluginTable } from "../../protocol/plugin-briefing.ts";
import type { PluginLine } from "../../protocol/plugin.ts";

/** What the daemon is told of plugins; nothing where there are none that can be used. */
export function pluginSection(plugins: readonly PluginLine[]): string {
  const table = pluginTable(plugins);
  if (table === "") return "";
  return `

# Plugins
Capabilities of the netrunner's that a construct can be given, by name in "plugins" of a spawn: left out means all of them, an empty list none. Each construct is told how to call what it has; a task only says what for.
${table}`;
}
