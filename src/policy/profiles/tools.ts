import type { Profile } from "../../protocol/profile.ts";
import { deckTools } from "../../protocol/worker-tools.ts";

/** Why a construct of this profile may not use this tool; undefined: it may, as far as the profile goes. */
export function toolObjection({ name, tools }: Pick<Profile, "name" | "tools">, tool: string): string | undefined {
  // Showing something to the netrunner is not what a profile is to keep anybody from.
  if (tools === undefined || tool.startsWith(deckTools) || tools.some((allowed) => covers(allowed, tool)))
    return undefined;
  return `The profile ${name} does not have the tool ${tool}. ${toolsText(tools)} Do the task with these, or say in your result what could not be done without it.`;
}

/** The limit in a sentence, for a construct. */
export const toolsText = (tools: readonly string[]): string =>
  tools.length === 0 ? "It has no tools." : `Its tools are: ${tools.join(", ")}.`;

/** Whether a construct of this profile can call a plugin: a program through its shell, a server by any of its tools. */
export function reachesPlugin(
  { tools }: Pick<Profile, "tools">,
  plugin: { name: string; kind: "command" | "mcp" },
): boolean {
  if (tools === undefined) return true;
  return plugin.kind === "command"
    ? tools.includes("Bash")
    : tools.some((tool) => tool.startsWith(`mcp__${plugin.name}__`));
}

const covers = (allowed: string, tool: string): boolean =>
  allowed.endsWith("*") ? tool.startsWith(allowed.slice(0, -1)) : allowed === tool;
