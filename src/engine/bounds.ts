import type { Account } from "./account/account.ts";
import type { Bound } from "./daemon/decide.ts";
import type { Fleet } from "./fleet.ts";
import { canaryRule } from "./gate/trial.ts";

export interface BoundsParts {
  fleet: Pick<Fleet, "alive">;
  account: Pick<Account, "expired" | "parked">;
  /** Why no construct may start at all: the gate did not hold in its trial. */
  canaryProblem: () => string | undefined;
}

/** What keeps a run from going on, so that it ends for now. What a run may use up is the budget's. */
export function boundOf({ fleet, account, canaryProblem }: BoundsParts): Bound | undefined {
  if (account.expired !== undefined)
    return { rule: "account.credential", reason: account.expired, pending: fleet.alive - account.parked };
  const problem = canaryProblem();
  return problem === undefined ? undefined : { rule: canaryRule, reason: problem, pending: fleet.alive };
}
