import type { Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { AgentDriver } from "../../drivers/agent.ts";
import type { CanaryResult } from "../../engine/gate/canary.ts";

export interface TriedAgentParts {
  driver: Pick<AgentDriver, "open">;
  /** Tries whether the agent keeps to the gate. It is asked before each opening: one that has passed is to be at hand. */
  trial: (signal: AbortSignal) => Promise<CanaryResult>;
  /** It has become fit, or unfit. */
  onChange: (unfit: string | null) => void;
  /** Nothing is tried any more. */
  over: AbortSignal;
  clock: Clock;
  /** Between two trials of an agent that does not pass, milliseconds. */
  againMs?: number;
}

/** An agent that was replaced under the node must keep to the gate as well, before it gets anything to do. */
export interface TriedAgent extends Pick<AgentDriver, "open"> {
  /** Why nothing is opened: it has not passed its last trial. It is tried again by itself. Null: it has. */
  readonly unfit: string | null;
  /** Resolves when no trial is under way. */
  settled(): Promise<void>;
}

/** The longest trial, and the pause before the next one, milliseconds. */
const mostTrialMs = 45_000;
const usualAgainMs = 60_000;

export function triedAgent(parts: TriedAgentParts): TriedAgent {
  const { driver, trial, onChange, over, clock, againMs = usualAgainMs } = parts;
  let unfit: string | null = null;
  let trying: Promise<void> | undefined;

  const problemNow = async (): Promise<string | null> => {
    try {
      const result = await trial(AbortSignal.any([over, AbortSignal.timeout(mostTrialMs)]));
      return result.passed ? null : `the agent of this node does not keep to the gate: ${result.problem}`;
    } catch (error) {
      return `the agent of this node could not be tried: ${messageOf(error)}`;
    }
  };
  const tryOnce = async (): Promise<void> => {
    const before = unfit;
    const problem = await problemNow();
    unfit = problem === null ? null : oneLine(problem, mostWords);
    if (over.aborted) return;
    if (unfit !== null) clock.after(againMs, () => void tryIt(), over);
    if (unfit !== before) onChange(unfit);
  };
  /** One trial is for all who want one at the same time. */
  const tryIt = (): Promise<void> =>
    (trying ??= tryOnce().finally(() => {
      trying = undefined;
    }));

  return {
    get unfit() {
      return unfit;
    },
    settled: () => trying ?? Promise.resolve(),
    async open(spec) {
      // Nobody waits for one that has just failed.
      if (unfit === null) await tryIt();
      if (unfit !== null) throw unfitFault(unfit);
      return driver.open(spec);
    },
  };
}

/** So much is told of why, characters. */
const mostWords = 500;

/** What is installed on this machine is no reason against another one. */
const unfitFault = (why: string): Fault => new Fault("setup", "agent.canary", why, { hint: unfitHint });

export const unfitHint =
  "Install a version of Claude Code that this deck was tried with. Until its trial has passed again, this node takes no work.";
