import type { SessionOwner } from "../../drivers/agent.ts";
import { airgapStage } from "../gate/airgap.ts";
import { gateOf, type GateParts, type Stage } from "../gate/gate.ts";
import type { SpawnSpec } from "./outcome-of.ts";
import type { ConstructParts } from "./parts.ts";

/** What a construct's gate tells it, and asks of it. */
export type GateHooks = Pick<GateParts, "standing" | "note" | "onDenial" | "onJudged" | "onHold" | "kill"> & {
  tripwires: Stage;
  surfacing: Stage;
};

/** Judges the calls of one construct. What is asked besides the brake is listed here, in order. */
export function constructGate(
  spec: SpawnSpec,
  parts: ConstructParts,
  { tripwires, surfacing, ...hooks }: GateHooks,
): SessionOwner["gate"] {
  const { judge, holds, clock, workspace, isAirgapped, isWalled } = parts;
  return gateOf({
    ...hooks,
    construct: spec.id,
    task: spec.task,
    judge,
    stages: [airgapStage({ isOn: isAirgapped, isWalled }), tripwires, surfacing],
    holds,
    clock,
    workspace,
  });
}
