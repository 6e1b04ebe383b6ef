import type { BrakeContext } from "../../../src/policy/brake/context.ts";
import { judge } from "../../../src/policy/brake/judge.ts";
import type { Judgement } from "../../../src/policy/brake/tiers.ts";
import { policyIn } from "../../../src/policy/policy-file/folders.ts";
import { parsePolicy } from "../../../src/policy/policy-file/parse.ts";
import type { PlacePolicy, PolicyProblem } from "../../../src/policy/policy-file/policy.ts";
import type { Tier } from "../../../src/protocol/verdict.ts";

/** A place that exists on no machine, so that no link on the disk can play a part. */
export const orchard: BrakeContext = {
  tier: "default",
  workspace: "/home/mira/work/orchard",
  runFolder: "/home/mira/work/orchard/.cyberdeck/runs/run-1",
  cwd: "/home/mira/work/orchard",
  home: "/home/mira",
  deckHome: "/home/mira/work/orchard/.cyberdeck",
  realPath: (path) => path,
};

/** What is wrong with a policy file, as it would be told. */
export function problemsOf(text: string, place: BrakeContext = orchard): PolicyProblem[] {
  const parsed = parsePolicy(text);
  return parsed.ok ? policyIn(parsed.policy, place).problems : parsed.problems;
}

/** A good policy file in the orchard. */
export function policyOf(text: string, place: BrakeContext = orchard): PlacePolicy {
  const problems = problemsOf(text, place);
  const parsed = parsePolicy(text);
  if (!parsed.ok || problems.length > 0) throw new Error(`the policy is wrong: ${JSON.stringify(problems)}`);
  return policyIn(parsed.policy, place).policy;
}

/** The verdicts on shell lines under a policy file. */
export function under(text: string, tier: Tier = "default"): (command: string) => Judgement["verdict"] {
  const place = { ...orchard, tier, policy: policyOf(text) };
  return (command) => judge({ id: "t", tool: "Bash", input: { command } }, place).verdict;
}

/** The judgement on any call under a policy file. */
export const judgedUnder = (text: string, tool: string, input: unknown, tier: Tier = "default"): Judgement =>
  judge({ id: "t", tool, input }, { ...orchard, tier, policy: policyOf(text) });
