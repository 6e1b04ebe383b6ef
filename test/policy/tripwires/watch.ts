import { evaluate, type Evaluation, type RuleSet } from "../../../src/policy/tripwires/evaluate.ts";
import type { Observation, Target } from "../../../src/policy/tripwires/observation.ts";
import { shippedDefaults, shippedTripwires } from "../../../src/policy/tripwires/shipped.ts";
import { freshState } from "../../../src/policy/tripwires/state.ts";

export const email = "mira.holm@garden.example";

export const rules: RuleSet = {
  shipped: shippedTripwires({ ...shippedDefaults, email }),
  authored: [],
  muted: new Set(),
  monotonic: () => 0,
};

export const call = (tool: string, input: unknown, id = "toolu_1"): Observation => ({
  kind: "call",
  at: 0,
  call: id,
  tool,
  input,
});

export const bash = (command: string): Observation => call("Bash", { command });

export const to = (...targets: Target[]): Observation => ({
  kind: "call",
  at: 0,
  call: "toolu_1",
  tool: "Bash",
  input: { command: "x" },
  targets,
});

export const result = (text: string, failed = false, id = "toolu_1"): Observation => ({
  kind: "result",
  at: 0,
  call: id,
  failed,
  text,
});

export const said = (text: string): Observation => ({ kind: "text", at: 0, text });

/** What happens over several observations, one evaluation for each. */
export function follow(observations: Iterable<Observation>, set = rules): Evaluation[] {
  let state = freshState;
  const all: Evaluation[] = [];
  for (const observation of observations) {
    const evaluation = evaluate(set, state, observation);
    state = evaluation.state;
    all.push(evaluation);
  }
  return all;
}

/** The names of the rules that fire at one observation alone. */
export const firedAt = (observation: Observation, set = rules): string[] =>
  evaluate(set, freshState, observation).firings.map((firing) => firing.rule);

/** The names of the rules that fire at each of several observations in turn. */
export const firedAlong = (observations: Iterable<Observation>, set = rules): string[][] =>
  follow(observations, set).map(({ firings }) => firings.map((firing) => firing.rule));

/** Of these texts the ones at which the rule does not fire as expected, for a readable failure. */
export function wrong(rule: string, fires: boolean, make: (text: string) => Observation, texts: string[]): string[] {
  return texts.filter((text) => firedAt(make(text)).includes(rule) !== fires);
}
