import type { AccountTrouble } from "../../protocol/account.ts";

/** How long what concerns the account is waited for, milliseconds. */
export interface AccountTimes {
  /** Until the first try where the provider names no time, and the most that it grows to by doubling; null: nobody tries. */
  backoff: Record<AccountTrouble, { firstMs: number; mostMs: number } | null>;
  /** At most so much is added to each wait, so that decks that share an account do not come back together. */
  jitterMs: number;
  /** Between two agents that begin after a hold. */
  spacingMs: number;
  /** After a hold, agents begin one by one for so long. */
  easeMs: number;
  /** So long is a login waited for; then the run pauses. */
  credentialMs: number;
}

const second = 1000;
const minute = 60 * second;

export const usualAccountTimes: AccountTimes = {
  backoff: {
    credential: { firstMs: minute, mostMs: 10 * minute },
    usage_limit: { firstMs: minute, mostMs: 30 * minute },
    overload: { firstMs: 15 * second, mostMs: 10 * minute },
    correlated: null,
  },
  jitterMs: 3 * second,
  spacingMs: second,
  easeMs: minute,
  credentialMs: 30 * minute,
};
