import type { AgentEvent } from "../../drivers/agent.ts";
import { noFastMode } from "../../policy/caliber/fast.ts";
import type { Model } from "../../protocol/models.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import type { Note } from "../journal.ts";

/** Whether one construct runs in the provider's fast mode; made when it starts. */
export interface FastSwitch {
  readonly isOn: boolean;
  /** Takes up the agent's own word on it. */
  see(event: AgentEvent): void;
}

/** Decides on fast mode as constructs start: only the netrunner's switch turns it on, and only where the model has one. */
export type FastGovernor = (construct: { id: string; model: string }, note: Note) => FastSwitch;

/** @param settings may change; what has started stays as it is */
export function fastGovernor(settings: Pick<RunSettings, "fast_mode">, models: readonly Model[]): FastGovernor {
  return ({ id: construct, model }, note) => {
    const why = settings.fast_mode ? noFastMode(models, model) : undefined;
    const isOn = settings.fast_mode && why === undefined;
    if (isOn) note("caliber.fast_applied", { construct, model });
    if (why !== undefined) note("caliber.fast_skipped", { construct, model, why });
    let isTold = !isOn;
    return {
      isOn,
      see(event) {
        if (isTold || event.type !== "turn.ended" || event.turn.fast === undefined) return;
        const { state, why: reason } = event.turn.fast;
        if (state === "on") return;
        isTold = true;
        const said = reason === undefined ? state : `${state} (${reason})`;
        note("caliber.fast_skipped", { construct, model, why: `the agent says that it is ${said}` });
      },
    };
  };
}
