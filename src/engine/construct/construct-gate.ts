import type { SessionOwner } from "../../drivers/agent.ts";
import { pause } from "../../base/clock.ts";
import { airgapStage } from "../gate/airgap.ts";
import { gateOf, type GateParts, type Stage } from "../gate/gate.ts";
import type { SpawnSpec } from "./outcome-of.ts";
import type { ConstructParts } from "./parts.ts";

/** What a construct's gate tells it, and asks of it. */
export type GateHooks = Pick<
  GateParts,
  "standing" | "note" | "turnOf" | "onDenial" | "onJudged" | "onHold" | "kill"
> & {
  tripwires: Stage;
  /** Resolves when the request that has made the call is counted. */
  settled: () => Promise<void>;
  /** The netrunner is asked about all of it, and not about a single call. */
  onHalt: (isWaiting: boolean) => void;
  /** Delivers words of the deck. */
  tell: (text: string) => void;
  surfacing: Stage;
};

/**
 * A request is over when its calls come, or a moment later. An agent of a version that tells it otherwise must not wait for
 * ever, milliseconds.
 */
const settleMs = 1000;

/** Judges the calls of one construct. What is asked besides the brake is listed here, in order. */
export function constructGate(
  spec: SpawnSpec,
  parts: ConstructParts,
  { tripwires, surfacing, settled, onHalt, tell, ...hooks }: GateHooks,
): SessionOwner["gate"] {
  const { judge, holds, clock, workspace, isAirgapped, isWalled, outfits } = parts;
  const gate = gateOf({
    ...hooks,
    construct: spec.id,
    task: spec.task,
    judge,
    stages: [airgapStage({ isOn: isAirgapped, isWalled }), outfits.of(spec).stage, tripwires, surfacing],
    holds,
    clock,
    workspace,
  });
  return async (call) => {
    // What it has used may be the last that its bounds allow.
    const late = new AbortController();
    await Promise.race([settled(), pause(settleMs, late.signal)]);
    late.abort();
    await parts.budget.pass({ construct: spec.id, ending: hooks.standing.ending, onWait: onHalt });
    const warning = parts.budget.warningFor(spec.id);
    if (warning !== undefined) tell(warning);
    return gate(call);
  };
}
