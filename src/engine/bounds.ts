import { showCost } from "../base/units.ts";
import { costOf, type RunView } from "../protocol/view.ts";
import type { Bound } from "./daemon/decide.ts";
import type { Fleet } from "./fleet.ts";
import { canaryRule } from "./gate/trial.ts";

export interface BoundsParts {
  view: RunView;
  fleet: Pick<Fleet, "alive" | "inFlight">;
  /** Why no construct may start at all: the gate did not hold in its trial. */
  canaryProblem: () => string | undefined;
}

/** At what bound a run stands, if at any. */
export class Bounds {
  readonly #parts: BoundsParts;
  #capHit = "";

  constructor(parts: BoundsParts) {
    this.#parts = parts;
  }

  /** The cap on spawns has refused one. */
  hitCap(reason: string): void {
    this.#capHit = reason;
  }

  /** Whether more may start as far as money goes. */
  get hasMoney(): boolean {
    return this.#overBudget() === undefined;
  }

  /** The bound that has been reached. At the budget what is queued stays queued; at the cap it was admitted before. */
  reached(): Bound | undefined {
    const { fleet, canaryProblem } = this.#parts;
    const problem = canaryProblem();
    if (problem !== undefined) return { rule: canaryRule, reason: problem, pending: fleet.alive };
    const reason = this.#overBudget();
    if (reason !== undefined) return { rule: "budget.run", reason, pending: fleet.alive };
    if (this.#capHit === "") return undefined;
    return { rule: "cap.spawns", reason: this.#capHit, pending: fleet.inFlight };
  }

  #overBudget(): string | undefined {
    const { view } = this.#parts;
    const { budget_usd: budget } = view.settings;
    const cost = costOf(view);
    if (budget === 0 || cost < budget) return undefined;
    return `The run has cost ${showCost(cost)}; its budget is ${showCost(budget)}.`;
  }
}
