import type { RuleLine } from "../../protocol/brake-case.ts";
import type { Tier } from "../../protocol/verdict.ts";
import type { Policy, RuleInForce } from "./policy.ts";

/** What is in force in a tier, in the order in which it is asked: the lists of the file, then the rules. */
export function ruleLines(policy: Policy, tier: Tier, path: string): RuleLine[] {
  const listed = (list: string, verdict: RuleLine["verdict"], about: string): RuleLine => ({
    tier: verdict === "allow" ? "default" : "any",
    rule: `[${list}] ${verdict}`,
    verdict,
    about,
    from: path,
  });
  const lists: RuleLine[] = [
    ...policy.commands.map(({ verdict, words, open }) =>
      listed("commands", verdict, `${words.join(" ")}${open && verdict === "allow" ? " *" : ""}`),
    ),
    ...policy.tools.map(({ verdict, name, open }) => listed("tools", verdict, `${name}${open ? "*" : ""}`)),
    ...policy.hosts.map(({ verdict, host, below, port }) =>
      listed("hosts", verdict, `${below ? "*." : ""}${host}${port === undefined ? "" : `:${port}`}`),
    ),
    ...policy.writable.map(({ text, line }) => folder("writable", "allow", text, `${path}:${line}`)),
    ...policy.protected.map(({ text, line }) => folder("protected", "deny", text, `${path}:${line}`)),
  ];
  const inTier = lists.filter((line) => line.tier === "any" || line.tier === tier);
  return [...inTier, ...policy.rules[tier].filter(isTold).map((rule) => lineOf(rule, tier, path))];
}

/** A protected path holds where writing is judged at all: in yolo nothing is. */
const folder = (list: string, verdict: RuleLine["verdict"], about: string, from: string): RuleLine => ({
  tier: "default",
  rule: `[folders] ${list}`,
  verdict,
  about,
  from,
});

/** The rules behind the lists are told by the lists. */
const isTold = ({ rule }: RuleInForce): boolean => !rule.startsWith("policy.");

const lineOf = ({ rule, kinds, when, verdict, line }: RuleInForce, tier: Tier, path: string): RuleLine => ({
  tier,
  rule,
  verdict,
  about: `${kinds.join(", ")}${when === undefined ? "" : ` (${when})`}`,
  from: line === undefined ? "shipped" : `${path}:${line}`,
});
