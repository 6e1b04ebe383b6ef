import { unreachable } from "../../base/fault.ts";
import { accountTroubles, type AccountHold, type AccountRelease, type AccountTrouble } from "../../protocol/account.ts";
import type { AccountTimes } from "./times.ts";

/**
 * How an account stands, as a pure machine: `open → held → trying → easing → open`. While it is held nobody begins; then
 * one agent tries; when that one has worked, the others follow one by one. `account.ts` has the clock and the agents.
 */
export type Standing =
  | { phase: "open" }
  /** `retry_at` of the hold says how long; null: until the netrunner releases it. */
  | { phase: "held"; hold: AccountHold }
  /** @param who has begun, alone; undefined while nobody has */
  | { phase: "trying"; hold: AccountHold; who: string | undefined }
  /** The next one may begin at `nextAt`. */
  | { phase: "easing"; hold: AccountHold; nextAt: number; until: number };

export type AccountInput =
  | (Pick<AccountHold, "kind" | "reason" | "place"> & {
      type: "trouble";
      who: string;
      evidence: string;
      resetsAt: number | null;
    })
  /** An agent begins, or goes on with a turn that it had to leave. */
  | { type: "began"; who: string }
  /** The provider has answered it. @param proves that the hold is not of its account: it has asked since, elsewhere */
  | { type: "worked"; who: string; place?: string | null; proves?: boolean }
  /** It has ended without either. */
  | { type: "left"; who: string }
  | { type: "release"; how: AccountRelease }
  /** Time has passed. */
  | { type: "time" };

/** What is to be put on the record. */
export type AccountEffect =
  | { type: "held"; hold: AccountHold }
  | { type: "released"; hold: AccountHold; how: AccountRelease };

export interface AccountStep {
  standing: Standing;
  effects: AccountEffect[];
}

/** @param at now: milliseconds since the epoch; jitterMs: what is added to a wait that begins now */
export function step(
  standing: Standing,
  input: AccountInput,
  at: { now: number; jitterMs: number; times: AccountTimes },
): AccountStep {
  switch (input.type) {
    case "trouble":
      return inTrouble(standing, input, at);
    case "began":
      if (standing.phase === "trying" && standing.who === undefined) return stay({ ...standing, who: input.who });
      return stay(standing.phase === "easing" ? { ...standing, nextAt: at.now + at.times.spacingMs } : standing);
    case "worked":
      if (isHeld(standing) && input.proves === true) return eased(standing.hold, "tried", at, at.now);
      if (standing.phase !== "trying" || (standing.who ?? input.who) !== input.who) return stay(standing);
      return eased(standing.hold, "tried", at, at.now + at.times.spacingMs);
    case "left":
      return stay(
        standing.phase === "trying" && standing.who === input.who ? { ...standing, who: undefined } : standing,
      );
    case "release":
      return isHeld(standing) ? eased(standing.hold, input.how, at, at.now) : stay(standing);
    case "time":
      return stay(passed(standing, at.now));
    default:
      return unreachable(input);
  }
}

/** A login that was missing may be there now; a limit holds as long as it was said to. */
export function standingAfter(last: AccountHold | undefined, now: number): Standing {
  if (last === undefined || last.kind === "correlated") return { phase: "open" };
  const retry_at = last.kind === "credential" ? now : (last.retry_at ?? now);
  return { phase: "held", hold: { ...last, since: last.kind === "credential" ? now : last.since, retry_at } };
}

/** How many agents may begin now. */
export function room(standing: Standing, now: number): number {
  switch (standing.phase) {
    case "open":
      return Number.POSITIVE_INFINITY;
    case "held":
      return 0;
    case "trying":
      return standing.who === undefined ? 1 : 0;
    case "easing":
      return now >= standing.nextAt ? 1 : 0;
    default:
      return unreachable(standing);
  }
}

/** When time alone changes something; undefined when it does not. */
export function nextMoment(standing: Standing, now: number): number | undefined {
  if (standing.phase === "held") return standing.hold.retry_at ?? undefined;
  if (standing.phase !== "easing") return undefined;
  return standing.nextAt > now ? Math.min(standing.nextAt, standing.until) : standing.until;
}

export type Held = Standing & { phase: "held" | "trying" };

export const isHeld = (standing: Standing): standing is Held =>
  standing.phase === "held" || standing.phase === "trying";

type Trouble = AccountInput & { type: "trouble" };
type At = Parameters<typeof step>[2];

/** So much evidence is kept of a hold. */
const mostEvidence = 5;

function inTrouble(standing: Standing, trouble: Trouble, at: At): AccountStep {
  if (!isHeld(standing)) {
    const isSecondHit = standing.phase === "easing" && standing.hold.kind === trouble.kind;
    return held(newHold(trouble, isSecondHit ? standing.hold.tries + 1 : 0, at));
  }
  const { hold } = standing;
  if (rank(trouble.kind) > rank(hold.kind)) {
    const { standing: next, effects } = held(newHold(trouble, 0, at));
    return { standing: next, effects: [{ type: "released", hold, how: "replaced" }, ...effects] };
  }
  if (standing.phase === "trying") return triedInVain(standing, trouble, at);
  if (trouble.kind !== hold.kind) return stay(standing);
  const known = { ...hold, ...met(hold, trouble) };
  const isLater = trouble.resetsAt !== null && trouble.resetsAt > Math.max(at.now, hold.resets_at ?? 0);
  if (!isLater) return stay({ ...standing, hold: known });
  return held(timed({ ...known, resets_at: trouble.resetsAt }, at));
}

/** Only the one who tries says whether it is over: the others may tell late of what was before. */
function triedInVain(standing: Standing & { phase: "trying" }, trouble: Trouble, at: At): AccountStep {
  if ((standing.who ?? trouble.who) !== trouble.who) return stay(standing);
  const { hold } = standing;
  // A weaker trouble than the hold's own makes no other hold of it, but the try was in vain all the same.
  const isSame = trouble.kind === hold.kind;
  const isElsewhere = isSame && hold.place !== undefined && hold.place !== trouble.place;
  const known = isElsewhere ? { ...hold, ...met(hold, trouble), reason: trouble.reason } : hold;
  return held(timed({ ...known, resets_at: isSame ? trouble.resetsAt : null, tries: hold.tries + 1 }, at));
}

/** What is known of a hold when one more has met it. */
const met = ({ evidence, place }: AccountHold, trouble: Trouble): Pick<AccountHold, "evidence" | "place"> => ({
  evidence: [...evidence, trouble.evidence].slice(0, mostEvidence),
  place: place === trouble.place ? place : undefined,
});

function newHold({ kind, reason, place, evidence, resetsAt }: Trouble, tries: number, at: At): AccountHold {
  const hold = { kind, since: at.now, resets_at: resetsAt, retry_at: null, reason, place, evidence: [evidence], tries };
  return timed(hold, at);
}

/** The same hold with the time of its next try: the provider's, where that lies ahead, else by doubling. */
function timed(hold: AccountHold, { now, jitterMs, times }: At): AccountHold {
  if (hold.resets_at !== null && hold.resets_at > now) return { ...hold, retry_at: hold.resets_at + jitterMs };
  const backoff = times.backoff[hold.kind];
  if (backoff === null) return { ...hold, resets_at: null, retry_at: null };
  const wait = Math.min(backoff.mostMs, backoff.firstMs * 2 ** Math.min(hold.tries, 30));
  return { ...hold, resets_at: null, retry_at: now + wait + jitterMs };
}

function passed(standing: Standing, now: number): Standing {
  if (standing.phase === "held" && standing.hold.retry_at !== null && now >= standing.hold.retry_at)
    return { phase: "trying", hold: standing.hold, who: undefined };
  return standing.phase === "easing" && now >= standing.until ? { phase: "open" } : standing;
}

const held = (hold: AccountHold): AccountStep => ({
  standing: { phase: "held", hold },
  effects: [{ type: "held", hold }],
});

const eased = (hold: AccountHold, how: AccountRelease, { now, times }: At, nextAt: number): AccountStep => ({
  standing: { phase: "easing", hold, nextAt, until: now + times.easeMs },
  effects: [{ type: "released", hold, how }],
});

const stay = (standing: Standing): AccountStep => ({ standing, effects: [] });

const rank = (kind: AccountTrouble): number => -accountTroubles.indexOf(kind);
