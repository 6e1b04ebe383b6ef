import type { ToolCall } from "../../protocol/verdict.ts";
import type { Effect } from "../brake/effect.ts";
import { isAllowedHost, isForbiddenHost } from "./hosts.ts";
import type { BrakeContext } from "../brake/context.ts";
import type { PlacePolicy } from "./policy.ts";
import { mayTrustTool, withoutCarriers } from "./trust.ts";

/** The effects of a call under the lists of tools and hosts. Those of commands are applied where commands are found. */
export function underLists(
  effects: readonly Effect[],
  { tool, input }: Pick<ToolCall, "tool" | "input">,
  place: BrakeContext,
): readonly Effect[] {
  const { policy } = place;
  if (policy === undefined) return effects;
  const { hosts } = policy;
  const allowed =
    policy.tools.some((listed) => listed.verdict === "allow" && fits(listed, tool)) && mayTrustTool(input, place);
  const changed = effects.map((effect) => {
    const isTrusted =
      effect.kind === "network"
        ? // Of a PowerShell line it is not known well enough what it would send along.
          isAllowedHost(effect.host, hosts) && !(effect.upload && tool === "PowerShell")
        : allowed && (effect.kind === "remote-mutation" || effect.kind === "publish");
    return isTrusted ? { ...effect, trusted: true as const } : effect;
  });
  const forbidden = effects.flatMap((effect) =>
    effect.kind === "network" && isForbiddenHost(effect.host, hosts)
      ? [{ kind: "listed" as const, what: effect.host, forbidden: true }]
      : [],
  );
  const listed = policy.tools.flatMap((entry) =>
    entry.verdict !== "allow" && fits(entry, tool)
      ? [{ kind: "listed" as const, what: `the tool ${tool}`, forbidden: entry.verdict === "deny" }]
      : [],
  );
  const inPowerShell = tool === "PowerShell" ? listedIn(textOf(input), policy.commands) : [];
  return [...listed, ...inPowerShell, ...forbidden, ...withoutCarriers(changed, JSON.stringify(input) ?? "")];
}

/**
 * Commands of a PowerShell line that are held or denied. That language is not parsed: the words of an entry need only
 * stand in the line in their order.
 */
function listedIn(line: string, commands: PlacePolicy["commands"]): Effect[] {
  const words = line.toLowerCase().split(/[\s;|&(){}'"`]+/);
  return commands.flatMap(({ verdict, words: wanted }) => {
    let at = 0;
    for (const word of words) if (word.replace(/\.exe$/, "") === wanted[at]?.toLowerCase()) at += 1;
    if (verdict === "allow" || at < wanted.length) return [];
    return [{ kind: "listed" as const, what: wanted.join(" "), forbidden: verdict === "deny" }];
  });
}

function textOf(input: unknown): string {
  const command: unknown = typeof input === "object" && input !== null ? Reflect.get(input, "command") : undefined;
  return typeof command === "string" ? command : "";
}

const fits = ({ name, open }: { name: string; open: boolean }, tool: string): boolean =>
  open ? tool.startsWith(name) : tool === name;
