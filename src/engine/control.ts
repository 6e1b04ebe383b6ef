import { Fault } from "../base/fault.ts";
import type { Budget } from "./budget/budget.ts";
import type { Custody } from "./construct/custody.ts";
import type { Fleet } from "./fleet.ts";
import type { Forbidding } from "./forbidding.ts";

/** The netrunner's hand on single constructs. What is not at work is refused with a fault. */
export interface Control {
  /** Ends it at once, with everything that it started; where it `isForbidden`, its task goes onto the blacklist. */
  kill(construct: string, isForbidden?: boolean): Promise<void>;
  /** Has its calls wait; with `freeze`, its processes are stopped too. */
  pause(construct: string, freeze: boolean): Promise<void>;
  continue(construct: string): Promise<void>;
}

export function controlOf(fleet: Fleet, forbidding: Forbidding, budget: Pick<Budget, "raiseOwn">): Control {
  const custodyOf = (id: string): Custody => {
    const custody = fleet.custodyOf(id);
    if (custody !== undefined && custody.standing.state !== "ending") return custody;
    throw notAtWork(id, "One that is queued can be killed; one that is ending cannot be held up.");
  };
  return {
    async kill(id, isForbidden = false) {
      if (!fleet.stop(id, isForbidden ? "netrunner+blacklist" : "netrunner", "hard"))
        throw notAtWork(id, "It has ended, or never was: there is nothing to kill.");
      if (isForbidden) await forbidding.forbidTaskOf(id);
    },
    async pause(id, freeze) {
      const custody = custodyOf(id);
      if (!freeze && custody.standing.state === "frozen") throw frozenAlready(id);
      await custody.pause(freeze ? "frozen" : "paused", "the netrunner wants it");
    },
    async continue(id) {
      const custody = custodyOf(id);
      budget.raiseOwn(id);
      await custody.release();
    },
  };
}

const notAtWork = (id: string, hint: string): Fault =>
  new Fault("refused", "construct.not_at_work", `The construct ${id} is not at work in this run.`, { hint });

const frozenAlready = (id: string): Fault =>
  new Fault("refused", "construct.frozen", `The construct ${id} is frozen, which is more than a pause.`, {
    hint: "Let it go on first.",
  });
