import { messageOf } from "../../base/fault.ts";
import { inert, oneLine } from "../../base/text.ts";
import { problemText } from "../../protocol/action.ts";
import { mostAuthored } from "./evaluate.ts";
import { textsIn, windowOf } from "./input.ts";
import type { Observation, ObservationKind } from "./observation.ts";
import type { CompilePattern, Pattern } from "./pattern.ts";
import { authoredRuleSchema, tolerantProposalSchema, type AuthoredRule } from "./proposal.ts";
import { shippedNames } from "./shipped.ts";
import { freshState } from "./state.ts";
import type { Tripwire } from "./tripwire.ts";

export interface AuthoringLimits {
  compile: CompilePattern;
  /** Monotonic milliseconds. */
  monotonic: () => number;
  /** Whether a rule may deny and kill. */
  mayBeCritical: boolean;
  /** A rule that would have fired on more of the recent observations than this is refused. */
  mostRehearsed: number;
  /** The time that the rehearsal of one rule may take, milliseconds. */
  rehearsalTime: number;
}

export interface Authored {
  admitted: Tripwire[];
  /** The admitted rules as they were proposed, for the record. */
  proposed: AuthoredRule[];
  /** What was not admitted, and why, in words for the author and the netrunner. */
  refused: { name: string; reason: string }[];
}

/**
 * Takes rules that a model proposes for a goal: the whole new set, each judged by itself. A rule is refused when it is
 * malformed, too severe, slow, named like a shipped one or like an earlier one, or would have fired too often on
 * `recent`. Never throws, and never touches a shipped rule.
 */
export function admitAuthored(proposal: unknown, recent: readonly Observation[], limits: AuthoringLimits): Authored {
  const result: Authored = { admitted: [], proposed: [], refused: [] };
  const items = itemsOf(proposal);
  if (typeof items === "string") return { ...result, refused: [{ name: "proposal", reason: items }] };
  for (const [index, item] of items.slice(0, mostItems).entries()) {
    const made = admitOne(item, recent, limits, result.admitted);
    if ("tripwire" in made) {
      result.admitted.push(made.tripwire);
      result.proposed.push(made.rule);
    } else result.refused.push({ name: nameOf(item, index), reason: oneLine(made.reason, 400) });
  }
  if (items.length > mostItems)
    result.refused.push({ name: "proposal", reason: `only the first ${mostItems} of ${items.length} rules were read` });
  return result;
}

/** So many items are judged at all; the caps let far fewer through. */
const mostItems = 20;

/** Authored patterns see the beginning and the end of a longer text, so that their time is bounded. */
const authoredCharacters = 16_000;

function itemsOf(proposal: unknown): unknown[] | string {
  try {
    const read = tolerantProposalSchema.safeParse(proposal);
    return read.success ? read.data.rules : `the proposal is not a list of rules: ${problemText(read.error)}`;
  } catch (error) {
    return `the proposal cannot be read: ${messageOf(error)}`;
  }
}

function admitOne(
  item: unknown,
  recent: readonly Observation[],
  limits: AuthoringLimits,
  admitted: readonly Tripwire[],
): { rule: AuthoredRule; tripwire: Tripwire } | { reason: string } {
  try {
    const read = authoredRuleSchema.safeParse(item);
    if (!read.success) return { reason: problemText(read.error) };
    const rule = read.data;
    const plain = rule.name.slice("goal/".length);
    if (shippedNames.has(rule.name) || shippedNames.has(plain))
      return { reason: `${plain} is a shipped rule, which nothing can replace; choose another name` };
    if (admitted.some((other) => other.name === rule.name)) return { reason: "another rule has the same name" };
    if (rule.severity === "critical" && !limits.mayBeCritical)
      return { reason: "an authored rule cannot be critical; use low or warning" };
    if (admitted.length >= mostAuthored) return { reason: `a goal has at most ${mostAuthored} authored rules` };
    const pattern = limits.compile(rule.pattern, ["i", "m"]);
    if (!pattern.ok) return { reason: `pattern: ${pattern.error}` };
    if (pattern.test("")) return { reason: "pattern: it matches nothing at all, and so would fire on everything" };
    const tripwire = tripwireOf(rule, pattern);
    const problem = rehearsal(tripwire, recent, limits);
    return problem === undefined ? { rule, tripwire } : { reason: problem };
  } catch (error) {
    return { reason: `the rule cannot be used: ${messageOf(error)}` };
  }
}

/** Lets a rule look at what has happened lately, and says what speaks against it. */
function rehearsal(rule: Tripwire, recent: readonly Observation[], limits: AuthoringLimits): string | undefined {
  const began = limits.monotonic();
  let fired = 0;
  for (const observation of recent) {
    if (!rule.watches.includes(observation.kind)) continue;
    if (rule.check(observation, freshState) !== undefined) fired += 1;
    if (fired > limits.mostRehearsed)
      return `it would have fired on more than ${limits.mostRehearsed} recent observations; make it narrower`;
    if (limits.monotonic() - began > limits.rehearsalTime)
      return `its pattern took more than ${limits.rehearsalTime} ms on recent observations; make it simpler`;
  }
  return undefined;
}

function tripwireOf(rule: AuthoredRule, pattern: Pattern): Tripwire {
  const tools = rule.tools === undefined ? undefined : new Set(rule.tools);
  return Object.freeze<Tripwire>({
    name: rule.name,
    severity: rule.severity,
    watches: Object.freeze([kinds[rule.field]]),
    message: inert(rule.message),
    check(observation) {
      if (tools !== undefined && observation.kind === "call" && !tools.has(observation.tool)) return undefined;
      const texts = textsFor(rule.field, observation).flatMap((text) => windowOf(text, authoredCharacters).parts);
      // What it matched is not shown: the text may hold a secret, and the call is shown whole beside the rule.
      return texts.some((text) => pattern.test(text)) ? { found: `${rule.field} matches ${rule.pattern}` } : undefined;
    },
  });
}

const kinds: Record<AuthoredRule["field"], ObservationKind> = {
  command: "call",
  input: "call",
  result: "result",
  said: "text",
};

function textsFor(field: AuthoredRule["field"], observation: Observation): string[] {
  switch (observation.kind) {
    case "call": {
      const { texts } = textsIn(observation.input);
      // Joined, so that the time is bounded for the whole call; a pattern that spans two fields is nobody's intent.
      if (field === "input") return [texts.map(({ text }) => text).join("\n\n")];
      return texts.filter(({ key }) => key === "command").map(({ text }) => text);
    }
    case "result":
    case "text":
      return [observation.text];
    default:
      return [];
  }
}

function nameOf(item: unknown, index: number): string {
  const found = textsIn(item).texts.find(({ key }) => key === "name")?.text;
  return found === undefined || found === "" ? `rule ${index + 1}` : oneLine(found, 60);
}
