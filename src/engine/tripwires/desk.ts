import { Fault } from "../../base/fault.ts";
import { evaluate, type RuleSet } from "../../policy/tripwires/evaluate.ts";
import { shippedDefaults, shippedNames, shippedTripwires } from "../../policy/tripwires/shipped.ts";
import { freshState } from "../../policy/tripwires/state.ts";
import { consequenceOf, type Tripwire } from "../../policy/tripwires/tripwire.ts";
import type { TripwireLine, TripwireTrial } from "../../protocol/tripwire.ts";
import type { Tier, ToolCall } from "../../protocol/verdict.ts";
import { targetsOf } from "../gate/tripwires.ts";
import type { Judge } from "../gate/judge.ts";

/** The rules where no run is open. */
export const restingRules = (muted: ReadonlySet<string>): RuleSet => ({
  shipped: shippedTripwires(shippedDefaults),
  authored: [],
  muted,
  monotonic: () => 0,
});

/** All tripwires that there are, the shipped ones first; also those that lack a setting. */
export function listTripwires(rules: RuleSet): TripwireLine[] {
  const active = new Set(rules.shipped.map(({ name }) => name));
  const idle = everyShipped().filter(({ name }) => !active.has(name));
  const line = (rule: Tripwire, origin: TripwireLine["origin"], isIdle: boolean): TripwireLine => ({
    name: rule.name,
    severity: rule.severity,
    origin,
    watches: rule.watches.map((kind) => kind),
    state: rules.muted.has(rule.name) ? "muted" : isIdle ? "idle" : "on",
    message: rule.message,
  });
  return [
    ...rules.shipped.map((rule) => line(rule, "shipped", false)),
    ...idle.map((rule) => line(rule, "shipped", true)),
    ...rules.authored.map((rule) => line(rule, "authored", false)),
  ];
}

/** What the tripwires would do with a call, were it the first of a construct. Pure but for what the judge looks up. */
export function tryTripwires(rules: RuleSet, judge: Judge, tier: Tier, call: ToolCall): TripwireTrial {
  const { id, tool, input } = call;
  const targets = targetsOf(judge(call).effects);
  const { firings } = evaluate(rules, freshState, { kind: "call", at: 0, call: id, tool, input, targets });
  return {
    firings: firings.map(({ rule: name, severity, found, message }) => ({ name, severity, found, message })),
    consequence: consequenceOf(firings, tier),
  };
}

/**
 * Where a rule that the netrunner wants to mute comes from. Refused when there is no such rule, and for one that would
 * kill unless that is confirmed.
 */
export function mutable(name: string, rules: RuleSet, isConfirmed: boolean): TripwireLine["origin"] {
  const authored = rules.authored.some((rule) => rule.name === name);
  if (!authored && !shippedNames.has(name)) {
    const known = [...shippedNames, ...rules.authored.map((rule) => rule.name)].join(", ");
    throw new Fault("usage", "tripwire.unknown", `there is no tripwire ${name}`, { hint: `There are: ${known}.` });
  }
  const shipped = everyShipped().find((rule) => rule.name === name);
  if (shipped?.severity === "critical" && !isConfirmed) {
    throw new Fault(
      "refused",
      "tripwire.critical",
      `${name} is critical: it ends constructs that would do great harm`,
      {
        hint: "If you are sure that you want it muted, say so with --yes.",
      },
    );
  }
  return authored ? "authored" : "shipped";
}

/** The shipped rules, also those that need a setting. */
const everyShipped = (): readonly Tripwire[] => shippedTripwires({ ...shippedDefaults, email: "" });
