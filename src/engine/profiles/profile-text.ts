import { heading } from "../../protocol/briefing.ts";
import type { Profile } from "../../protocol/profile.ts";
import type { ToolStanding } from "../../protocol/registered-tool.ts";
import { oneLine } from "../../base/text.ts";
import { toolsText } from "../../policy/profiles/tools.ts";

/**
 * What a construct is told of its profile, before its task. The same bytes for all constructs of the profile; empty for a
 * profile that says and limits nothing.
 */
export function profileText(profile: Profile, programs: readonly ToolStanding[], memory: string): string {
  const parts: string[] = [];
  if (profile.construct_addendum !== "") parts.push(profile.construct_addendum);
  if (profile.tools !== undefined)
    parts.push(`${toolsText(profile.tools)} Every other tool is denied, whatever it is for.`);
  if (programs.length > 0)
    parts.push(["Programs of this machine that are good for such work:", ...programs.map(programLine)].join("\n"));
  if (memory !== "")
    parts.push(
      `The project's own instructions (its CLAUDE.md) follow. Keep to them, except where your task says otherwise.\n<project-instructions>\n${memory.replaceAll("</project-instructions>", "")}\n</project-instructions>`,
    );
  return parts.length === 0 ? "" : `${heading.profile} ${profile.name}\n${parts.join("\n\n")}`;
}

function programLine({ tool, command, availability }: ToolStanding): string {
  const help = tool.help === undefined ? "" : ` Help: ${oneLine(tool.help, 200)}`;
  const missing = availability.available ? "" : ` NOT AVAILABLE: ${availability.why}. Do not install it.`;
  return `- ${oneLine(command, 300)} (${tool.name}): ${oneLine(tool.description, 500)}${help}${missing}`;
}
