import { policyFault, readPolicyFile } from "../engine/gate/policy-file.ts";
import { readText } from "../engine/gate/read-text.ts";
import { realPath } from "../engine/gate/real-path.ts";
import type { Effect } from "../policy/brake/effect.ts";
import { explain, isOpen } from "../policy/brake/explain.ts";
import { judge } from "../policy/brake/judge.ts";
import type { BrakeContext } from "../policy/brake/context.ts";
import { locate } from "../policy/places/paths.ts";
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
    const place = { workspace, home: homeDir, deckHome, realPath, readText };
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
      const place = placeOf(question);
      const { verdict, rule, reason, effects, alternative } = judge(callOf(question), place);
      const facts = effects.map((effect) => factsOf(effect, place));
      return { verdict, rule, reason, ...(alternative === undefined ? {} : { alternative }), effects: facts };
    },
    explain: (question) => explain(callOf(question), placeOf(question)),
    rules: (tier) => ruleLines(policy, tier, path),
  };
}

const callOf = ({ tool, input }: BrakeQuestion): ToolCall => ({ id: "asked", tool, input });

/** An effect as plain data: a barrier is told by its rule, a path that is known by where it really leads. */
function factsOf(effect: Effect, place: BrakeContext): Record<string, unknown> {
  if (!("path" in effect)) return { ...effect };
  const barrier = "barrier" in effect ? { barrier: effect.barrier?.rule ?? null } : {};
  const target = isOpen.test(effect.path) ? null : locate(effect.path, place.cwd, place).real;
  return { ...effect, ...barrier, target };
}
