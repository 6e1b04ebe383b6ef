import type { Effect } from "../brake/effect.ts";
import { isAllowedHost, isForbiddenHost } from "./hosts.ts";
import type { PlacePolicy } from "./policy.ts";

/** The effects of a call under the lists of tools and hosts. Those of commands are applied where commands are found. */
export function underLists(
  effects: readonly Effect[],
  tool: string,
  policy: PlacePolicy | undefined,
): readonly Effect[] {
  if (policy === undefined) return effects;
  const { hosts } = policy;
  const allowed = policy.tools.some((listed) => listed.verdict === "allow" && fits(listed, tool));
  const changed = effects.map((effect) => {
    if (effect.kind === "network" && isAllowedHost(effect.host, hosts))
      return { ...effect, upload: false, metadata: false };
    return allowed && (effect.kind === "remote-mutation" || effect.kind === "publish")
      ? { kind: "look-remote" as const, what: `${effect.what}, which the policy file allows` }
      : effect;
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
  return [...listed, ...forbidden, ...changed];
}

const fits = ({ name, open }: { name: string; open: boolean }, tool: string): boolean =>
  open ? tool.startsWith(name) : tool === name;
