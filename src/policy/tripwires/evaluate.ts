import { messageOf } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import { textsIn, windowOf } from "./input.ts";
import type { Observation } from "./observation.ts";
import { appended, mostRemembered, remember, type TripwireState } from "./state.ts";
import type { Firing, Match, Tripwire } from "./tripwire.ts";

/** The rules that hold for a construct. The two lists are kept apart, so that no authored rule can stand in for a shipped one. */
export interface RuleSet {
  readonly shipped: readonly Tripwire[];
  readonly authored: readonly Tripwire[];
  /** Names of rules that the netrunner does not want to hear of. */
  readonly muted: ReadonlySet<string>;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
}

export interface Evaluation {
  state: TripwireState;
  firings: Firing[];
  /** Rules that did not look, and why: nothing is dropped in silence. */
  skipped: { rule: string; reason: string }[];
  /** The observation was too large: the rules have not seen all of it. */
  partial: boolean;
}

/** The time that all authored rules have for one observation, milliseconds. The shipped ones are bounded by their size. */
export const authoredTime = 20;

/**
 * Lets the rules look at one observation. Never throws. Shipped rules look first and always; authored ones as far as
 * their time goes. A shipped rule that fails on a call fires as a warning, because what cannot be judged is held.
 */
export function evaluate(rules: RuleSet, state: TripwireState, observation: Observation): Evaluation {
  const result: Evaluation = { state, firings: [], skipped: [], partial: isPartial(observation) };
  try {
    result.state = remember(state, observation);
  } catch (error) {
    result.skipped.push({ rule: "*", reason: `the observation could not be remembered: ${messageOf(error)}` });
  }
  for (const rule of rules.shipped) if (concerns(rule, rules, observation)) look(rule, observation, result, true);
  const shippedNames = new Set(rules.shipped.map((rule) => rule.name));
  const began = rules.monotonic();
  for (const rule of rules.authored.slice(0, mostAuthored)) {
    if (shippedNames.has(rule.name) || !concerns(rule, rules, observation)) continue;
    if (rules.monotonic() - began >= authoredTime)
      result.skipped.push({ rule: rule.name, reason: `the time for authored rules was used up (${authoredTime} ms)` });
    else look(rule, observation, result, false);
  }
  return result;
}

/** The most authored rules that a goal may have. */
export const mostAuthored = 5;

const concerns = (rule: Tripwire, rules: RuleSet, observation: Observation): boolean =>
  rule.watches.includes(observation.kind) && !rules.muted.has(rule.name);

function isPartial(observation: Observation): boolean {
  if (observation.kind === "call") return !textsIn(observation.input).complete;
  return "text" in observation && windowOf(observation.text).left > 0;
}

function look(rule: Tripwire, observation: Observation, result: Evaluation, shipped: boolean): void {
  try {
    const match = rule.check(observation, result.state);
    if (isNews(rule, match, result)) result.firings.push(firing(rule, observation, match));
  } catch (error) {
    const reason = `the rule failed: ${oneLine(messageOf(error), 200)}`;
    result.skipped.push({ rule: rule.name, reason });
    if (shipped && observation.kind === "call") {
      const held: Tripwire = {
        ...rule,
        severity: "warning",
        message: `This call could not be looked at by ${rule.name}.`,
      };
      result.firings.push(firing(held, observation, { found: reason }));
    }
  }
}

/** Whether a match has to be told, and remembers that it was. */
function isNews(rule: Tripwire, match: Match | undefined, result: Evaluation): match is Match {
  const { state } = result;
  if (rule.latched === true) {
    const held = state.latched.includes(rule.name);
    if (held !== (match !== undefined)) {
      const others = state.latched.filter((name) => name !== rule.name);
      const latched = match === undefined ? others : appended(others, rule.name, mostRemembered.latched);
      result.state = { ...state, latched };
    }
    return match !== undefined && !held;
  }
  if (match?.once === undefined) return match !== undefined;
  const print = `${rule.name}:${match.once.slice(0, 64)}`;
  if (state.told.includes(print)) return false;
  result.state = { ...state, told: appended(state.told, print, mostRemembered.told) };
  return true;
}

function firing(rule: Tripwire, observation: Observation, match: Match): Firing {
  return {
    rule: rule.name,
    severity: rule.severity,
    message: rule.message,
    found: oneLine(match.found, 200),
    call: observation.kind === "call" ? observation.call : null,
  };
}
