import { policyFault, readPolicyFile } from "../engine/gate/policy-file.ts";
import { realPath } from "../engine/gate/real-path.ts";
import type { Effect } from "../policy/brake/effect.ts";
import { explain } from "../policy/brake/explain.ts";
import { judge } from "../policy/brake/judge.ts";
import type { BrakeContext } from "../policy/context.ts";
import { policyIn } from "../policy/policy-file/folders.ts";
import { ruleLines } from "../policy/policy-file/rule-lines.ts";
import { shippedPolicy } from "../policy/policy-file/parse.ts";
import type { Brake, BrakeQuestion } from "../protocol/brake-case.ts";
import type { ToolCall } from "../protocol/verdict.ts";
import { homePaths } from "../store/home.ts";

/** The brake under the policy file of a home, for whoever asks without a run; a fault when the file is wrong. */
export function openBrake(home: string): Brake {
  const path = homePaths(home).policy;
  const reading = readPolicyFile(path);
  if (reading.kind === "bad") throw policyFault(path, reading);
  const policy = reading.kind === "good" ? reading.policy : shippedPolicy;
  const placeOf = (question: BrakeQuestion): BrakeContext => {
    const { tier, workspace, cwd, homeDir, deckHome } = question;
    const place = { workspace, home: homeDir, deckHome, realPath };
    return {
      ...place,
      tier,
      cwd,
      // There is no run: the folders of all runs count as that of the one that would ask.
      runFolder: homePaths(deckHome).runs,
      policy: policyIn(policy, place).policy,
    };
  };
  return {
    judge(question) {
      const { verdict, rule, reason, effects, alternative } = judge(callOf(question), placeOf(question));
      const facts = effects.map(factsOf);
      return { verdict, rule, reason, ...(alternative === undefined ? {} : { alternative }), effects: facts };
    },
    explain: (question) => explain(callOf(question), placeOf(question)),
    rules: (tier) => ruleLines(policy, tier, path),
  };
}

const callOf = ({ tool, input }: BrakeQuestion): ToolCall => ({ id: "asked", tool, input });

/** An effect as plain data; a barrier is told by its rule. */
function factsOf(effect: Effect): Record<string, unknown> {
  const barrier = "barrier" in effect ? effect.barrier : undefined;
  return { ...effect, ...("barrier" in effect ? { barrier: barrier?.rule ?? null } : {}) };
}
