import type { RunView } from "../protocol/view.ts";
import type { Account } from "./account/account.ts";
import type { Bound } from "./daemon/decide.ts";
import type { Fleet } from "./fleet.ts";
import { canaryRule } from "./gate/trial.ts";

export interface BoundsParts {
  view: RunView;
  fleet: Pick<Fleet, "alive" | "inFlight" | "total">;
  account: Pick<Account, "expired" | "parked">;
  /** Why no construct may start at all: the gate did not hold in its trial. */
  canaryProblem: () => string | undefined;
}

/** At what bound a run stands that ends it for now, if at any. What a run may use up is the budget's. */
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

  /** The bound that has been reached. What the cap has let through before is waited for. */
  reached(): Bound | undefined {
    const { fleet, account, canaryProblem } = this.#parts;
    if (account.expired !== undefined)
      return { rule: "account.credential", reason: account.expired, pending: fleet.alive - account.parked };
    const problem = canaryProblem();
    if (problem !== undefined) return { rule: canaryRule, reason: problem, pending: fleet.alive };
    const { max_spawns: most } = this.#parts.view.settings;
    // The netrunner may have raised it since.
    if (this.#capHit === "" || most === 0 || fleet.total < most) return undefined;
    return { rule: "cap.spawns", reason: this.#capHit, pending: fleet.inFlight };
  }
}
