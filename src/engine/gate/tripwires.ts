import type { AgentEvent } from "../../drivers/agent.ts";
import type { Clock } from "../../base/clock.ts";
import type { Effect } from "../../policy/brake/effect.ts";
import { evaluate } from "../../policy/tripwires/evaluate.ts";
import type { Observation, Target } from "../../policy/tripwires/observation.ts";
import { freshState, type TripwireState } from "../../policy/tripwires/state.ts";
import { consequenceOf, type Consequence, type Firing } from "../../policy/tripwires/tripwire.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import type { TripwireFired } from "../../protocol/tripwire.ts";
import type { Judgement, ToolCall } from "../../protocol/verdict.ts";
import type { Note } from "../journal.ts";
import type { RunTripwires } from "../tripwires/rules.ts";
import type { Judged } from "./judged.ts";

export interface ConstructTripwiresParts {
  construct: string;
  run: RunTripwires;
  clock: Clock;
  note: Note;
  /** A critical tripwire has fired: the construct has to be gone. */
  kill: (cause: string) => void;
  /** What has fired in an earlier process of the construct. */
  earlier?: Outcome["tripwires"];
}

/**
 * Watches one construct: its calls in the gate, and the rest as it happens. A warning holds the call that fired; one
 * that is no call's own holds the construct's next call, and those that are made beside it.
 */
export class ConstructTripwires {
  readonly #parts: ConstructTripwiresParts;
  readonly #fired: Outcome["tripwires"];
  #state: TripwireState = freshState;
  /** Warnings that hold what comes next, the calls that they hold, and whether one of these is over. */
  #pending: { firing: Firing; calls: Set<string>; served: boolean }[] = [];
  /** Calls that the agent has made and that have not returned, and the sub-agent that made them. */
  readonly #open = new Map<string, string | undefined>();

  constructor(parts: ConstructTripwiresParts) {
    this.#parts = parts;
    this.#fired = [...(parts.earlier ?? [])];
  }

  /** The first of what has fired, for the outcome. */
  get fired(): Outcome["tripwires"] {
    return [...this.#fired];
  }

  /** The gate's question. */
  readonly stage = (call: ToolCall, judged: Judged): Judgement[] => {
    const targets = targetsOf(judged.effects);
    const at = this.#parts.clock.now();
    const observation: Observation = { kind: "call", at, call: call.id, tool: call.tool, input: call.input, targets };
    const { consequence, firings } = this.#observe(observation, judged.decision);
    if (consequence === "kill") return judgementsOf("deny", worst(firings, "critical"));
    if (this.#parts.run.tier() === "yolo") return [];
    for (const { calls } of this.#pending) calls.add(call.id);
    const holding = [...this.#pending.map(({ firing }) => firing), ...worst(firings, "warning")];
    return judgementsOf("hold", holding);
  };

  /** Looks at what the construct's agent did. */
  see(event: AgentEvent): void {
    const at = this.#parts.clock.now();
    switch (event.type) {
      case "tool.called":
        this.#open.set(event.id, event.subagent);
        break;
      case "tool.returned":
        this.#release(event.id);
        this.#observe({ kind: "result", at, call: event.id, failed: event.failed, text: event.text });
        break;
      case "said":
        this.#observe({ kind: "text", at, text: event.text });
        break;
      case "turn.ended":
        this.#observe({ kind: "cost", at, usd: event.turn.costUsd });
        break;
      default:
      // Thoughts are not told to anybody, and the rest has no content.
    }
  }

  /** Nothing was heard of the construct for so long, milliseconds. */
  silent(ms: number): void {
    this.#observe({ kind: "silence", at: this.#parts.clock.now(), ms });
  }

  /** A warning has done its part when what it held is over, and what was called beside that. */
  #release(call: string): void {
    const caller = this.#open.get(call);
    this.#open.delete(call);
    for (const pending of this.#pending) pending.served ||= pending.calls.has(call);
    if ([...this.#open.values()].includes(caller)) return;
    this.#pending = this.#pending.filter(({ served }) => !served);
  }

  #observe(observation: Observation, brake?: Judgement["decision"]): { consequence: Consequence; firings: Firing[] } {
    const { run, note, construct, kill } = this.#parts;
    const tier = run.tier();
    const evaluation = evaluate(run.rules(), this.#state, observation);
    const { firings } = evaluation;
    this.#state = evaluation.state;
    run.looked(observation, evaluation);
    for (const firing of firings) {
      const own = consequenceOf([firing], tier);
      const consequence = own === "hold" && brake === "deny" ? "none" : own;
      const { rule: name, severity, found, message, call } = firing;
      note("tripwire.fired", { construct, call, name, severity, found, message, consequence });
      if (this.#fired.length < mostTold) this.#fired.push({ name, severity, found, consequence });
      if (own === "hold" && call === null) this.#pending.push({ firing, calls: new Set(), served: false });
    }
    const consequence = consequenceOf(firings, tier);
    const [cause] = worst(firings, "critical");
    if (consequence === "kill" && cause !== undefined) kill(`tripwire:${cause.rule}`);
    return { consequence, firings };
  }
}

/** What the brake says that the call would change, and where: the barrier of an effect knows the zones. */
export function targetsOf(effects: readonly Effect[]): Target[] {
  return effects.flatMap((effect) =>
    effect.kind === "write" || effect.kind === "delete"
      ? [{ effect: effect.kind, path: effect.path, zone: zones[effect.barrier?.rule ?? ""] ?? "inside" }]
      : [],
  );
}

/** The most firings that an outcome tells; the record has all of them. */
const mostTold = 20;

const worst = (firings: readonly Firing[], severity: TripwireFired["severity"]): Firing[] =>
  firings.filter((firing) => firing.severity === severity);

const judgementsOf = (decision: "deny" | "hold", firings: readonly Firing[]): Judgement[] =>
  firings.map(({ rule, message, found }) => ({
    decision,
    rule: `tripwire.${rule}`,
    reason: `${message} (tripwire ${rule}: ${found})`,
  }));

const zones: Record<string, Target["zone"]> = { "write.outside": "outside", "write.unknown": "unknown" };
