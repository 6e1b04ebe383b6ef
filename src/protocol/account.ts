import { z } from "zod";

/**
 * What can keep every agent of a deck from working, the most serious first. `credential`: the login is not accepted.
 * `usage_limit`: the account has used up what it may. `overload`: the provider makes everybody wait. `correlated`: agents
 * die one after the other of the same cause.
 */
export const accountTroubles = ["credential", "usage_limit", "overload", "correlated"] as const;
export type AccountTrouble = (typeof accountTroubles)[number];

/** Nothing new starts because of something that concerns all agents, or those on one node. At most one such hold is of all. */
export const accountHoldSchema = z.object({
  kind: z.enum(accountTroubles),
  /** When it began, milliseconds since the epoch, as all times here. */
  since: z.number(),
  /** When the provider says that the limit is over; null where it does not say. */
  resets_at: z.number().nullable(),
  /** When one agent is to try again; null: only the netrunner can end the hold. */
  retry_at: z.number().nullable(),
  reason: z.string(),
  /** The place of the one whose account it is; null: this machine. Left out: it was met on several, or is of no account. */
  place: z.string().nullable().optional(),
  /** Who met it, and what each was told; the first ones. */
  evidence: z.array(z.string()),
  /** How often it was tried again in vain. */
  tries: z.int(),
});
export type AccountHold = z.infer<typeof accountHoldSchema>;

/** What is held now. */
export const accountHoldsSchema = z.object({
  /** What holds all agents up; null: nothing does. */
  hold: accountHoldSchema.nullable(),
  /** What holds only those on one node up, one each. Left out: no deck runs that would know of it. */
  on_nodes: z.array(accountHoldSchema).optional(),
});
export type AccountHolds = z.infer<typeof accountHoldsSchema>;

/** `tried`: an agent has worked again; `replaced`: by a more serious one; `restarted`: the deck or the run is another one. */
export const accountReleases = ["tried", "netrunner", "replaced", "restarted"] as const;
export type AccountRelease = (typeof accountReleases)[number];

/** What is so while a hold lasts, in a few words. */
export const troubleWords: Record<AccountTrouble, string> = {
  credential: "the login is not accepted",
  usage_limit: "the usage limit is reached",
  overload: "the provider is overloaded or out of reach",
  correlated: "agents keep dying of the same cause",
};
