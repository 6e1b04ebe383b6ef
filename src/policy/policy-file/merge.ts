import { nearest } from "../../base/nearest.ts";
import { tiers, type Tier } from "../../protocol/verdict.ts";
import type { EffectKind } from "../brake/effect.ts";
import { tierRules, type TierRule } from "../brake/tiers.ts";
import type { PolicyProblem, RuleInForce, Rules } from "./policy.ts";
import { conditions, type RuleEntry } from "./schema.ts";

/** A rule of the file and the line on which it stands. */
export type PlacedRule = RuleEntry & { line: number };

/** The tiers with the rules of a policy file in them: those that it changes in their place, new ones in front. */
export function mergeRules(entries: readonly PlacedRule[]): { rules: Rules; problems: PolicyProblem[] } {
  const problems = entries.flatMap((entry, index) => {
    const twin = entries.slice(0, index).find(({ tier, rule }) => tier === entry.tier && rule === entry.rule);
    const problem = twin === undefined ? problemOf(entry) : twice(entry, twin);
    return problem === undefined ? [] : [problem];
  });
  const merged = tiers.map((tier): [Tier, RuleInForce[]] => [
    tier,
    tierOf(
      tier,
      entries.filter((entry) => entry.tier === tier),
    ),
  ]);
  return { rules: { ...shippedRules, ...Object.fromEntries(merged) }, problems };
}

/** Rules over what the lists of a policy file single out. They stand first in every tier. */
const listRules: readonly TierRule[] = [
  {
    rule: "policy.listed",
    kinds: ["listed"],
    when: "forbidden",
    verdict: "deny",
    alternative: "The netrunner's policy file forbids it; find another way, or report what is missing.",
  },
  { rule: "policy.listed", kinds: ["listed"], verdict: "hold" },
];

/** What the lists allow by name counts in the default tier alone: paranoid reads only, and yolo needs no list. */
const trustedRule: TierRule = {
  rule: "policy.trusted",
  kinds: ["execute-unknown", "network", "publish", "remote-mutation", "database-mutation", "history-rewrite"],
  when: "trusted",
  verdict: "allow",
};

const overLists: Rules = { paranoid: listRules, default: [...listRules, trustedRule], yolo: listRules };

/** The tiers as they are without a policy file. */
export const shippedRules: Rules = {
  paranoid: [...overLists.paranoid, ...tierRules.paranoid],
  default: [...overLists.default, ...tierRules.default],
  yolo: [...overLists.yolo, ...tierRules.yolo],
};

/** What the shipped default tier denies stays denied in it and in paranoid, whatever a file says. */
const sealed: readonly TierRule[] = tierRules.default.filter(({ verdict }) => verdict === "deny");

/** What cannot be judged is never allowed by a rule. */
const neverAllowed: readonly EffectKind[] = ["unknown", "execute-unknown"];

const severity = { allow: 0, hold: 1, deny: 2 } as const;

const isAdded = (entry: RuleEntry): boolean => !tierRules[entry.tier].some(({ rule }) => rule === entry.rule);

function tierOf(tier: Tier, entries: readonly PlacedRule[]): RuleInForce[] {
  const added = entries.filter(isAdded).flatMap(({ rule, kinds, when, verdict, alternative, line }) =>
    kinds === undefined
      ? []
      : [
          {
            rule,
            kinds,
            verdict,
            line,
            ...(when === undefined ? {} : { when }),
            ...(alternative === undefined ? {} : { alternative }),
          },
        ],
  );
  const rest = tierRules[tier].map((shipped) => changed(shipped, entries));
  // A new rule must not come before what it may not open.
  const front = added.length === 0 || tier === "yolo" ? [] : sealed.filter((rule) => !tierRules[tier].includes(rule));
  const own = tier === "yolo" ? [] : rest.filter(({ verdict }, index) => isSealed(tierRules[tier][index], verdict));
  const moved = added.length === 0 ? [] : own;
  return [...overLists[tier], ...front, ...moved, ...added, ...rest.filter((rule) => !moved.includes(rule))];
}

const isSealed = (shipped: TierRule | undefined, verdict: TierRule["verdict"]): boolean =>
  shipped?.verdict === "deny" && verdict === "deny";

/** A shipped rule under an entry of its name. What is sealed keeps the stricter verdict. */
function changed(shipped: TierRule, entries: readonly PlacedRule[]): RuleInForce {
  const entry = entries.find(({ rule }) => rule === shipped.rule);
  if (entry === undefined || mayNot(entry, shipped)) return shipped;
  const alternative = entry.alternative ?? shipped.alternative;
  return {
    ...shipped,
    verdict: entry.verdict,
    line: entry.line,
    ...(alternative === undefined ? {} : { alternative }),
  };
}

/** Whether the entry would open what stays closed. */
function mayNot(entry: RuleEntry, shipped: TierRule): boolean {
  if (severity[entry.verdict] >= severity[shipped.verdict]) return false;
  return (
    shipped.verdict === "deny" ||
    (entry.verdict === "allow" && shipped.kinds.some((kind) => neverAllowed.includes(kind)))
  );
}

function problemOf(entry: PlacedRule): PolicyProblem | undefined {
  const { tier, rule, line } = entry;
  const problem = (message: string, hint: string): PolicyProblem => ({ line, message, hint });
  const shipped = tierRules[tier].filter((one) => one.rule === rule);
  if (shipped.length > 0) {
    if (entry.kinds !== undefined || entry.when !== undefined)
      return problem(
        `"${rule}" is a shipped rule of the tier ${tier}: only its verdict and its alternative can be changed`,
        'leave out "kinds" and "when", or give the rule a name of your own',
      );
    if (shipped.every((one) => mayNot(entry, one)))
      return problem(
        `"${rule}" cannot be set to ${entry.verdict}: ${shipped[0]?.verdict === "deny" ? closed : unseen}`,
        "leave it as it is; the lists under [commands], [hosts] and [folders] open single things by name",
      );
    return undefined;
  }
  if (!/^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*$/.test(rule) || /^(?:tier|policy|gate|hold)\./.test(rule))
    return problem(
      `"${rule}" cannot be the name of a rule`,
      'use small letters, digits, "-" and ".", as in "my.uploads"',
    );
  if (entry.kinds === undefined) {
    const near = nearest(rule, [...new Set(tierRules[tier].map((one) => one.rule))]);
    return problem(
      `there is no shipped rule "${rule}" in the tier ${tier}${near === undefined ? "" : `; did you mean "${near}"?`}`,
      '"cyberdeck brake show" lists the rules; a new rule needs "kinds"',
    );
  }
  return conditionProblem(entry, problem) ?? openingProblem(entry, problem);
}

type Complain = (message: string, hint: string) => PolicyProblem;

function conditionProblem({ kinds = [], when }: PlacedRule, problem: Complain): PolicyProblem | undefined {
  if (when === undefined) return undefined;
  const fitting: readonly EffectKind[] = conditions[when];
  const stranger = kinds.find((kind) => !fitting.includes(kind));
  if (stranger === undefined) return undefined;
  return problem(
    `an effect of the kind "${stranger}" is never "${when}", so the rule would never hold for it`,
    `"${when}" goes with ${fitting.join(" and ")}`,
  );
}

/** A new rule that would open what stays closed is refused, even though it would have no effect. */
function openingProblem(entry: PlacedRule, problem: Complain): PolicyProblem | undefined {
  const { kinds = [], when, verdict, tier } = entry;
  if (verdict === "deny" || tier === "yolo") return undefined;
  for (const kind of kinds) {
    const what = `"${kind}"${when === undefined ? "" : ` with when = "${when}"`} cannot be set to ${verdict}`;
    if (sealed.some((rule) => rule.kinds.includes(kind) && (rule.when === undefined || rule.when === when)))
      return problem(`${what}: ${closed}`, `take "${kind}" out of the rule`);
    if (verdict === "allow" && neverAllowed.includes(kind))
      return problem(`${what}: ${unseen}`, "name the programs that you trust under [commands] allow");
  }
  return undefined;
}

const closed =
  "a policy file cannot open secrets, deck state, agent settings, start-up files, git hooks or anything else that the default tier denies";
const unseen = "what cannot be judged beforehand is never allowed";

const twice = (entry: PlacedRule, first: PlacedRule): PolicyProblem => ({
  line: entry.line,
  message: `"${entry.rule}" stands in the tier ${entry.tier} twice, first on line ${first.line}`,
  hint: "keep one of them",
});
