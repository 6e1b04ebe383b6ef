import { Fault } from "../base/fault.ts";
import type { Budget } from "./budget/budget.ts";
import type { Delivery } from "./construct/construct.ts";
import type { Custody } from "./construct/custody.ts";
import { redirect, type RedirectParts } from "./redirecting.ts";

/** The netrunner's hand on single constructs. What is not at work is refused with a fault. */
export interface Control {
  /**
   * Ends it at once, with everything that it started; where it `isForbidden`, its task goes onto the blacklist.
   * @returns why it was ending already, if it was: then this only hurries it
   */
  kill(construct: string, isForbidden?: boolean): Promise<string | undefined>;
  /** Delivers a message: with its task, or at its next turn boundary. */
  send(construct: string, text: string): Delivery;
  /** Stops what it does at once and has a new one go on in its session. Gives the new one's id. */
  interrupt(construct: string, instruction: string): Promise<string>;
  /** Has its calls wait; with `freeze`, its processes are stopped too. */
  pause(construct: string, freeze: boolean): Promise<void>;
  continue(construct: string): Promise<void>;
}

export function controlOf(parts: RedirectParts & { budget: Pick<Budget, "raiseOwn"> }): Control {
  const { fleet, forbidding, budget } = parts;
  const custodyOf = (id: string): Custody => {
    const custody = fleet.at(id)?.custody;
    if (custody !== undefined && custody.standing.state !== "ending") return custody;
    throw notAtWork(id, "One that is queued can be killed; one that is ending cannot be held up.");
  };
  return {
    async kill(id, isForbidden = false) {
      const already = fleet.at(id)?.cause;
      if (!fleet.stop(id, isForbidden ? "netrunner+blacklist" : "netrunner", "hard"))
        throw notAtWork(id, "It has ended, or never was: there is nothing to kill.");
      if (isForbidden) await forbidding.forbidTaskOf(id);
      return already;
    },
    send(id, text) {
      const delivery = fleet.tell(id, text, "netrunner");
      if (delivery === undefined) throw nobodyReads(id, fleet.at(id)?.cause ?? fleet.outcome(id)?.cause);
      return delivery;
    },
    interrupt: (id, instruction) => redirect(parts, id, instruction),
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

const nobodyReads = (id: string, cause: string | undefined): Fault =>
  new Fault(
    "refused",
    "construct.not_at_work",
    cause === undefined
      ? `There is no construct ${id} at work in this run.`
      : `The construct ${id} has ended, or is about to (${cause}): it would not read this.`,
    { hint: 'Go on in its session with "cyberdeck interrupt", or start the work anew with "cyberdeck spawn".' },
  );

const frozenAlready = (id: string): Fault =>
  new Fault("refused", "construct.frozen", `The construct ${id} is frozen, which is more than a pause.`, {
    hint: "Let it go on first.",
  });
