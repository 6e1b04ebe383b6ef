import type { Clock } from "../../base/clock.ts";
import { messageOf, unreachable } from "../../base/fault.ts";
import { holdPattern } from "../../policy/hold-pattern.ts";
import type { Denial } from "../../protocol/outcome.ts";
import type { Judgement, ToolCall, Verdict } from "../../protocol/verdict.ts";
import { showInput, wholeInput } from "../construct/show-input.ts";
import type { Note } from "../journal.ts";
import { combine, type Combined } from "./combine.ts";
import { editDiff } from "./edit-diff.ts";
import { foundOf, isAskedAgain } from "./found.ts";
import { holdTargets } from "./hold-targets.ts";
import type { HoldOutcome, Holds } from "./holds.ts";
import type { Judge } from "./judge.ts";
import type { Judged } from "./judged.ts";
import { ending, type Standing } from "./standing.ts";

/** One question of the gate, asked of every call after the brake has seen it. Undefined: nothing against it. */
export type Stage = (call: ToolCall, judged: Judged) => Judgement | readonly Judgement[] | undefined;

export interface GateParts {
  construct: string;
  judge: Judge;
  /** Asked besides the brake, in this order; their reasons stand before the brake's. */
  stages: readonly Stage[];
  /** Whether the construct may act at all. */
  standing: Standing;
  note: Note;
  clock: Clock;
  onDenial: (denial: Denial) => void;
  /** The verdict on this call is on the record. */
  onJudged: (call: ToolCall, decision: Verdict["decision"]) => void;
  holds: Holds;
  /** For the netrunner who decides on a held call. */
  task: string;
  workspace: string;
  /** A call of the construct begins or ceases to wait. */
  onHold: (isHeld: boolean) => void;
  /** The netrunner wants the construct to be gone. */
  kill: () => void;
  /** The turn of the construct that a call belongs to. */
  turnOf: (call: string) => number;
}

/**
 * The one place where a construct's tool call gets its verdict. Every verdict is recorded before it is given; whatever
 * goes wrong on the way, the recording included, is a deny.
 */
export function gateOf(parts: GateParts): (call: ToolCall) => Promise<Verdict> {
  const letThrough: LetThrough = new Map();
  return async (call) => {
    const barred = await parts.standing.admit();
    const began = parts.clock.monotonic();
    const judgement = barred === undefined ? judged(parts, call) : { ...barred, rules: [barred.rule], effects: [] };
    const latency = parts.clock.monotonic() - began;
    const verdict = await decided(judgement, call, parts, letThrough).catch(failed);
    const input = showInput(call.tool, call.input);
    if (verdict.decision === "deny") parts.onDenial({ tool: call.tool, input, rule: verdict.rule });
    const recorded = parts.note("gate.judged", {
      construct: parts.construct,
      call: call.id,
      tool: call.tool,
      input,
      decision: verdict.decision,
      rule: verdict.rule,
      rules: judgement.rules,
      reason: verdict.reason,
      latency_ms: latency,
      ...(call.subagent === undefined ? {} : { subagent: call.subagent }),
    });
    if (recorded) parts.onJudged(call, verdict.decision);
    return recorded ? verdict : unrecorded;
  };
}

const unrecorded: Verdict = {
  decision: "deny",
  rule: "gate.unrecorded",
  reason: "The deck cannot write its record, so nothing more is allowed to run.",
};

/** A held call waits for the netrunner; everything else is decided already. */
async function decided(
  { decision, rule, reason, effects }: Opinion,
  call: ToolCall,
  parts: GateParts,
  letThrough: LetThrough,
): Promise<Verdict> {
  const before = letThrough.get(call.id);
  letThrough.delete(call.id);
  if (decision !== "hold") return { decision, rule, reason };
  if (before === rule && isAskedAgain(call)) {
    letThrough.set(call.id, rule);
    return verdictOf({ end: "allow", note: undefined }, { rule, reason });
  }
  const input = wholeInput(call.tool, call.input);
  const pattern = holdPattern(call.tool, rule, input);
  if (parts.holds.isAllowed(parts.construct, pattern)) {
    return { decision: "allow", rule: "hold.pattern", reason: `The netrunner has allowed this pattern (${rule}).` };
  }
  parts.onHold(true);
  try {
    const { construct, task, workspace } = parts;
    const found = foundOf(call);
    const targets = found === undefined ? holdTargets(effects, workspace) : [...found.targets];
    const diff = found === undefined ? await editDiff(call, effects, workspace) : found.diff;
    const own = { construct, turn: parts.turnOf(call.id), call: call.id, tool: call.tool };
    const request = { ...own, input, targets, diff, task, rule, reason, pattern };
    let outcome = await parts.holds.ask(request, parts.standing.ending);
    // The clock does not answer for a construct that is paused: when it goes on, the netrunner is asked anew.
    while (outcome.end === "expired" && parts.standing.isHalted) {
      await parts.standing.readmit();
      outcome = await parts.holds.ask(request, parts.standing.ending);
    }
    if (outcome.end === "kill") parts.kill();
    const verdict = verdictOf(outcome, { rule, reason });
    if (found !== undefined && outcome.end === "allow") remember(letThrough, call.id, rule);
    // Meanwhile the construct may have been paused: an allowed call of it waits, too.
    return verdict.decision === "allow" ? ((await parts.standing.readmit()) ?? verdict) : verdict;
  } finally {
    parts.onHold(false);
  }
}

/** For which rule the netrunner has let a call through that would run on another machine: it may be judged again. */
type LetThrough = Map<string, string>;

function remember(letThrough: LetThrough, call: string, rule: string): void {
  letThrough.set(call, rule);
  const [oldest] = letThrough.keys();
  if (letThrough.size > mostLetThrough && oldest !== undefined) letThrough.delete(oldest);
}

/** Those that are judged again are so at once, and one agent has few calls at the same time. */
const mostLetThrough = 100;

function verdictOf({ end, note }: HoldOutcome, held: { rule: string; reason: string }): Verdict {
  switch (end) {
    case "allow":
    case "allow_pattern":
      return { decision: "allow", rule: "hold.allowed", reason: `The netrunner has allowed it (${held.rule}).` };
    case "deny":
      return { decision: "deny", rule: held.rule, reason: note ?? `The netrunner has denied it: ${held.reason}` };
    case "expired":
      return { decision: "deny", rule: held.rule, reason: `Nobody allowed it in time: ${held.reason}` };
    case "kill":
    case "ended":
      return ending;
    default:
      return unreachable(end);
  }
}

/** What all stages say together, and what the brake thinks that the call would do. */
type Opinion = Combined & Pick<Judged, "effects">;

function judged({ judge, stages }: GateParts, call: ToolCall): Opinion {
  try {
    const own = judge(call);
    const others = stages.flatMap((stage) => stage(call, own) ?? []);
    return { ...combine([...others, own]), effects: own.effects };
  } catch (error) {
    return { ...failed(error), rules: ["gate.failed"], effects: [] };
  }
}

const failed = (error: unknown): Verdict => ({
  decision: "deny",
  rule: "gate.failed",
  reason: `The gate failed on this call: ${messageOf(error)}`,
});
