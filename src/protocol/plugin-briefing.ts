import { clip } from "../base/text.ts";
import { heading } from "./briefing.ts";
import type { PluginLine, PluginManifest } from "./plugin.ts";

/** Characters of a description in a table for a model. */
const describedBytes = 200;

/**
 * The part of a construct's first message about its plugins; empty when it has none. The same bytes for all that have the same.
 * @param command of the bridge; without one, only servers of tools can be used
 * @param plugins sorted by name
 */
export function pluginSection(command: string | undefined, plugins: readonly PluginManifest[]): string {
  const programs = command === undefined ? [] : plugins.filter(({ kind }) => kind === "command");
  const servers = plugins.filter(({ kind }) => kind === "mcp");
  const call = `Programs of the netrunner's; call one from your shell: ${shellWord(command ?? "")} NAME ARGUMENTS`;
  const lines = [
    ...(programs.length > 0 ? [call] : []),
    ...programs.map((plugin) => `- ${callOf(plugin)}: ${clip(plugin.description, describedBytes)}`),
    ...servers.map(({ name, description }) => `- your tools mcp__${name}__…: ${clip(description, describedBytes)}`),
  ];
  return lines.length === 0 ? "" : `${heading.plugins}\n${lines.join("\n")}\n\n`;
}

/** The table for the daemon: what there is, and what it is called. */
export function pluginTable(plugins: readonly PluginLine[]): string {
  const usable = plugins.filter(({ unavailable }) => unavailable === null);
  return usable
    .map((plugin) => {
      const request = plugin.on_request ? " (only where you name it)" : "";
      return `- ${callOf(plugin)}: ${clip(plugin.description, describedBytes)}${request}`;
    })
    .join("\n");
}

const callOf = ({ name, usage }: Pick<PluginManifest, "name" | "usage">): string =>
  usage === "" ? name : `${name} ${usage}`;

const shellWord = (text: string): string =>
  /^[\w./@%+=:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
