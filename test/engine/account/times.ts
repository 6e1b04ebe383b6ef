import { usualAccountTimes, type AccountTimes } from "../../../src/engine/account/times.ts";

/** The usual times, shortened as far as a real agent can follow. */
export const shortTimes: AccountTimes = {
  ...usualAccountTimes,
  backoff: {
    credential: { firstMs: 300, mostMs: 1000 },
    usage_limit: { firstMs: 300, mostMs: 1000 },
    overload: { firstMs: 300, mostMs: 1000 },
    correlated: null,
  },
  jitterMs: 0,
  spacingMs: 100,
  easeMs: 2000,
};
