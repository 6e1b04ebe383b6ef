import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { judgeFor, type Judge } from "../../engine/gate/judge.ts";
import type { PlacePolicy } from "../../policy/policy-file/policy.ts";
import type { Judgement } from "../../protocol/verdict.ts";
import type { PolicyInForce } from "./finding.ts";
import { readPolicy, type HeldPolicy } from "./held-policy.ts";
import { policyAt, type NodePlace } from "./policy-place.ts";

export interface PolicyShelfParts {
  /** Asks the host for the policy that is in force. Rejects, or never settles, where no answer comes. */
  fetch: () => Promise<unknown>;
  /** Aborts when the lease of this life is over: from then on there is no policy. */
  over: AbortSignal;
  /** Hears of what went wrong, for the log of the node. */
  warn: (code: string, message: string) => void;
  /** How long one answer is waited for, milliseconds. */
  answerMs?: number;
  /** How long it waits before it asks once more, milliseconds; twice as long each time that nobody answers. */
  againMs?: number;
  /** How long it goes on asking where nobody answers, milliseconds; after that with the next word of the host, which comes with each renewal. */
  patienceMs?: number;
}

/** The host's policy in one life of a node. What is not known to be in force denies. */
export interface PolicyShelf extends PolicyInForce {
  /** The host has named the version that is in force, such as with a renewal. Another one than the one that is here is fetched. */
  heard(version: string): void;
  /** The brake for a run that the host has begun here. A call of a run that the policy does not know is denied. */
  judgeFor(run: string, place: NodePlace): Judge;
  /** The policy in force does not know the run: the host has ended it. */
  isOver(run: string): boolean;
  /** The folders that the policy opens and closes in this place; none as long as there is none. */
  foldersIn(place: NodePlace): Pick<PlacePolicy, "writable" | "protected">;
  /** Whether the run may not use the network. Of a run that is not known, it may not. */
  isAirgapped(run: string): boolean;
  /** The runs that are open on the host; undefined: that is not known now. */
  openRuns(): ReadonlySet<string> | undefined;
  /**
   * Calls it when another policy has come, before anything is judged by that. If it throws, such as because a wall cannot be closed,
   * that policy is not in force here.
   */
  onChange(listener: () => void): Disposable;
}

const notAnswered = "the host has not answered yet";

/** So many answers it takes in a row that are no policy in force; after that it asks with the next word of the host. */
const mostAnswers = 3;

export function policyShelf(parts: PolicyShelfParts): PolicyShelf {
  const { fetch, over, warn, answerMs = 3000, againMs = 200, patienceMs = 10_000 } = parts;
  const listeners = new Set<() => void>();
  let held: HeldPolicy | undefined;
  /** Which one the host has named last, and how often it has said what does not fit to the one that is here. */
  let named: string | undefined;
  let contradictions = 0;
  /** Nothing is known that is newer than what is here. */
  let isFresh = false;
  let problem = notAnswered;
  let fetching: Promise<void> | undefined;

  const fail = (code: string, why: string): void => {
    if (why !== problem) warn(code, why);
    problem = why;
  };
  /** Takes an answer to a question that was asked when the host had said something else so often. */
  const take = (raw: unknown, before: number): void => {
    const read = readPolicy(raw);
    if (typeof read === "string") return fail("node.policy_refused", read);
    held = read;
    try {
      for (const listener of listeners) listener();
    } catch (error) {
      held = undefined;
      return fail("node.policy_not_applied", `the policy cannot be put in force: ${messageOf(error)}`);
    }
    if (typeof read.rules === "string") fail("node.policy_not_understood", notUnderstood(read.rules));
    else problem = notAnswered;
    // A word that has come after the question may be of a newer one.
    isFresh = contradictions === before || named === read.version;
  };
  const isSettled = (): boolean => isFresh || over.aborted;
  const tryAll = async (): Promise<void> => {
    const until = performance.now() + patienceMs;
    let answers = 0;
    for (let waitMs = againMs; !isSettled(); waitMs *= 2) {
      const before = contradictions;
      try {
        const raw = await within(fetch(), answerMs, over);
        answers += 1;
        if (!over.aborted) take(raw, before);
      } catch (error) {
        fail("node.policy_unanswered", messageOf(error));
      }
      if (isSettled() || answers === mostAnswers || performance.now() + waitMs > until) return;
      if (contradictions === before) await pause(waitMs, over);
    }
  };
  const look = (): Promise<void> =>
    (fetching ??= tryAll().finally(() => {
      fetching = undefined;
    }));

  const contradict = (): void => {
    contradictions += 1;
    isFresh = false;
  };
  const heard = (version: string): void => {
    named = version;
    if (held?.version !== version) contradict();
    if (!isSettled()) void look();
  };
  const isInForce = (): boolean => isFresh && !over.aborted;

  /** What this node has for a run, or why it denies all of it. */
  const forRun = (run: string): Judgement | { held: HeldPolicy; rules: Exclude<HeldPolicy["rules"], string> } => {
    if (held === undefined)
      return deny("node.no_policy", `This node has no policy of the deck (${problem}), so nothing runs here.`);
    if (!isInForce())
      return deny("node.stale_policy", `The policy of the deck has changed, and this node cannot get it (${problem}).`);
    if (typeof held.rules === "string")
      return deny("node.policy_not_understood", `${notUnderstood(held.rules)}. Until then nothing runs here.`);
    if (!held.runs.has(run))
      return deny(
        "node.unknown_run",
        `The deck has told this node nothing of ${run}, or that is over, so nothing of it runs here.`,
      );
    return { held, rules: held.rules };
  };

  return {
    version: () => (isInForce() && typeof held?.rules === "object" ? held.version : null),
    async until(version) {
      if (version !== undefined) heard(version);
      if (!isSettled()) await look();
    },
    heard,
    judgeFor(run, place) {
      // It has come with an opening of the host, so the host's policy knows it, and the one that is here is older.
      if (held?.runs.has(run) === false && !over.aborted) {
        contradict();
        void look();
      }
      let made: { of: HeldPolicy; judge: Judge } | undefined;
      return (call) => {
        const mine = forRun(run);
        if ("decision" in mine) return { ...mine, effects: [] };
        const { held: of, rules } = mine;
        if (made?.of !== of) {
          const tier = of.runs.get(run)?.tier ?? "paranoid";
          const policy = policyAt(rules, place, (left) => warn("node.policy_folder", left));
          made = { of, judge: judgeFor({ ...place, tier: () => tier, policy: () => policy }) };
        }
        return made.judge(call);
      };
    },
    isOver: (run) => isInForce() && held?.runs.has(run) === false,
    foldersIn(place) {
      if (typeof held?.rules !== "object") return { writable: [], protected: [] };
      // The brake tells what is left out.
      const { writable, protected: kept } = policyAt(held.rules, place, () => undefined);
      return { writable, protected: kept };
    },
    isAirgapped: (run) => held?.runs.get(run)?.isAirgapped ?? true,
    openRuns: () => (held === undefined || !isInForce() ? undefined : new Set(held.runs.keys())),
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

const deny = (rule: string, reason: string): Judgement => ({ decision: "deny", rule, reason });

const notUnderstood = (why: string): string =>
  `This node does not understand the policy file of the deck (${why}); run the same cyberdeck on both`;

/** Rejects when it takes too long; settles when the lease is over. */
async function within(answer: Promise<unknown>, ms: number, over: AbortSignal): Promise<unknown> {
  const settled = new AbortController();
  const late = pause(ms, AbortSignal.any([over, settled.signal])).then(() => {
    if (over.aborted || settled.signal.aborted) return undefined;
    throw new Fault("setup", "node.policy_late", "the host does not answer when it is asked for the policy", {
      hint: "It is asked again.",
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    settled.abort();
  }
}
