import { oneLine } from "../../base/text.ts";
import type { Tier } from "../../protocol/verdict.ts";
import { subjectOf, type Effect, type EffectKind } from "./effect.ts";

/** What the brake says to a call as a whole. `hold`: the netrunner decides. */
export interface Judgement {
  verdict: "allow" | "hold" | "deny";
  /** The rule that decided, dotted: "effect.privilege". */
  rule: string;
  reason: string;
  effects: readonly Effect[];
  /** The nearest thing that would be allowed. */
  alternative?: string;
}

/** One line of a tier. The first rule that fits an effect decides over that effect. */
export interface TierRule {
  rule: string;
  kinds: readonly EffectKind[];
  /** Narrows the rule to some effects of its kinds. */
  when?: "barred" | "secret" | "foreign" | "upload" | "metadata" | "broad" | "forbidden" | "trusted";
  verdict: Judgement["verdict"];
  alternative?: string;
}

/** Of all effects the worst verdict counts. An effect that no rule of the tier fits is denied. */
export function decide(
  effects: readonly Effect[],
  tier: Tier,
  tiers: Record<Tier, readonly TierRule[]> = tierRules,
): Judgement {
  if (!Object.hasOwn(tiers, tier))
    return {
      verdict: "deny",
      rule: "tier.unknown",
      reason: "Set paranoid, default or yolo: this tier is unknown.",
      effects,
    };
  const found = effects.map((effect) => ({ effect, rule: ruleFor(effect, tier, tiers[tier]) }));
  const worst = (["deny", "hold"] as const)
    .map((verdict) => found.filter(({ rule }) => rule.verdict === verdict))
    .find((list) => list.length > 0);
  // The rule that stands first in the tier gives its name to the verdict.
  const rules = tiers[tier];
  const first = worst?.toSorted((one, other) => rules.indexOf(one.rule) - rules.indexOf(other.rule))[0];
  if (worst === undefined || first === undefined)
    return {
      verdict: "allow",
      rule: `tier.${tier}`,
      reason: "Nothing in this call is against the rules of the tier.",
      effects,
    };
  const { verdict, rule, alternative } = first.rule;
  const causes = [...new Set(worst.map(({ effect }) => describe(effect)))].slice(0, mostReasons).join("; ");
  const ending = verdict === "hold" ? "The netrunner has to agree first." : "";
  const reason = [`This call would ${causes}.`, alternative ?? "", ending].filter((part) => part !== "").join(" ");
  return { verdict, rule, reason, effects, ...(alternative === undefined ? {} : { alternative }) };
}

/** A model learns from the first few reasons. */
const mostReasons = 3;

function ruleFor(effect: Effect, tier: Tier, rules: readonly TierRule[]): TierRule {
  const fitting = rules.find((rule) => rule.kinds.includes(effect.kind) && applies(rule.when, effect));
  return fitting ?? { rule: `tier.${tier}`, kinds: [], verdict: "deny", alternative: only[tier] };
}

function applies(when: TierRule["when"], effect: Effect): boolean {
  switch (when) {
    case undefined:
      return true;
    case "barred":
      return "barrier" in effect && effect.barrier !== undefined;
    case "secret":
    case "foreign":
    case "upload":
    case "metadata":
    case "broad":
    case "forbidden":
    case "trusted":
      return Object.entries(effect).some(([name, value]) => name === when && value === true);
    default:
      return false;
  }
}

const only: Record<Tier, string> = {
  paranoid: "The paranoid tier allows reading only: use ls, cat, grep, find or git log, and report what you would do.",
  default: "Report what you would do instead.",
  yolo: "",
};

/** The tiers as data. Order matters within a tier; a kind that is not named in a tier is denied there. */
export const tierRules: Record<Tier, readonly TierRule[]> = {
  paranoid: [
    {
      rule: "secret.read",
      kinds: ["read"],
      when: "secret",
      verdict: "deny",
      alternative: "Other files may be read.",
    },
    { rule: "effect.read", kinds: ["read"], verdict: "allow" },
  ],
  default: [
    {
      rule: "effect.exfiltration",
      kinds: ["exfiltration"],
      verdict: "deny",
      alternative: "Keep keys, credentials and the environment out of a line that uses the network.",
    },
    {
      rule: "secret.read",
      kinds: ["read"],
      when: "secret",
      verdict: "deny",
      alternative: "Keys and credentials stay closed; other files may be read.",
    },
    { rule: "effect.read", kinds: ["read"], verdict: "allow" },
    {
      rule: "effect.write",
      kinds: ["write", "delete"],
      when: "barred",
      verdict: "deny",
      alternative: "Change ordinary files in the workspace, the run folder or /tmp, and spell their paths out.",
    },
    { rule: "effect.write", kinds: ["write", "delete"], verdict: "allow" },
    {
      rule: "effect.foreign-code",
      kinds: ["execute-unknown"],
      when: "foreign",
      verdict: "deny",
      alternative: "Save it to a file in the workspace, read it, and run that file in a later call.",
    },
    {
      rule: "effect.unknown-code",
      kinds: ["execute-unknown"],
      verdict: "hold",
      alternative: "Call a known program by its name, with its arguments written out.",
    },
    {
      rule: "effect.project",
      kinds: ["run-project-code", "interpret", "change-repository", "look-remote"],
      verdict: "allow",
    },
    {
      rule: "network.metadata",
      kinds: ["network"],
      when: "metadata",
      verdict: "deny",
      alternative: "Fetch public http(s) hosts by name.",
    },
    {
      rule: "network.upload",
      kinds: ["network"],
      when: "upload",
      verdict: "hold",
      alternative: "A plain GET is allowed.",
    },
    { rule: "network.get", kinds: ["network"], verdict: "allow" },
    {
      rule: "effect.kill-broad",
      kinds: ["process-control"],
      when: "broad",
      verdict: "deny",
      alternative: "Stop single processes or jobs by their number.",
    },
    { rule: "effect.kill", kinds: ["process-control"], verdict: "allow" },
    {
      rule: "effect.privilege",
      kinds: ["privilege"],
      verdict: "deny",
      alternative: "Work with the rights that this user has.",
    },
    {
      rule: "effect.persistence",
      kinds: ["persistence"],
      verdict: "deny",
      alternative: "Nothing may outlive the task; keep to the project's own files.",
    },
    {
      rule: "effect.agent-settings",
      kinds: ["agent-settings"],
      verdict: "deny",
      alternative: "The settings of the agent and of the deck are the netrunner's; the run folder is yours.",
    },
    {
      rule: "effect.system",
      kinds: ["system-control", "container-escape"],
      verdict: "deny",
      alternative: "The machine itself stays as it is; work inside the workspace.",
    },
    {
      rule: "effect.history",
      kinds: ["history-rewrite"],
      verdict: "hold",
      alternative: "Commit, branch, merge, rebase, stash and a reset that keeps the files are allowed.",
    },
    {
      rule: "effect.remote",
      kinds: ["publish", "remote-mutation", "database-mutation"],
      verdict: "hold",
      alternative: "Looking (get, list, describe, plan, SELECT) is allowed.",
    },
    {
      rule: "effect.unknown",
      kinds: ["unknown"],
      verdict: "hold",
      alternative: "Write it more simply, with every name and path spelled out.",
    },
  ],
  yolo: [
    {
      rule: "tier.yolo",
      kinds: [
        "read",
        "write",
        "delete",
        "execute-unknown",
        "run-project-code",
        "interpret",
        "change-repository",
        "look-remote",
        "network",
        "process-control",
        "privilege",
        "persistence",
        "history-rewrite",
        "publish",
        "remote-mutation",
        "database-mutation",
        "container-escape",
        "agent-settings",
        "system-control",
        "exfiltration",
        "unknown",
      ],
      verdict: "allow",
    },
  ],
};

const phrases: Record<EffectKind, string> = {
  read: "read",
  write: "write",
  delete: "delete",
  "execute-unknown": "run something that cannot be seen beforehand:",
  "run-project-code": "run code of the project:",
  interpret: "start an interpreter:",
  "change-repository": "change the repository:",
  "look-remote": "look at something remote:",
  network: "use the network:",
  "process-control": "signal processes:",
  privilege: "gain other rights:",
  persistence: "leave something behind that runs later:",
  "history-rewrite": "rewrite or lose history:",
  publish: "publish or deploy:",
  "remote-mutation": "change something remote:",
  "database-mutation": "change a database:",
  "container-escape": "open a container to the machine:",
  "agent-settings": "change settings of the agent or the deck:",
  "system-control": "change the machine:",
  exfiltration: "let a secret out:",
  listed: "do what the policy file singles out:",
  unknown: "do something that cannot be judged:",
};

function describe(effect: Effect): string {
  const barrier =
    "barrier" in effect && effect.barrier !== undefined ? ` (${effect.barrier.reason.replace(/\.$/, "")})` : "";
  return oneLine(`${phrases[effect.kind]} ${oneLine(subjectOf(effect), 200)}${barrier}`, 600);
}
