import { raiseAttention } from "../attention.ts";
import type { Note } from "../journal.ts";
import type { CanaryResult } from "./canary.ts";

export interface TrialParts {
  /** Without it there is nothing to wait for. */
  canary: (() => Promise<CanaryResult>) | undefined;
  note: Note;
  /** Called once when it is over, unless the run has ended before. */
  onEnd: () => void;
  /** Whether the run is being ended: nobody waits for the result any more. */
  isOver: () => boolean;
}

/** The trial of the gate as one run sees it: before it has passed, no construct starts. */
export interface GateTrial {
  readonly hasPassed: boolean;
  /** Why it has failed. */
  readonly problem: string | undefined;
  start(): void;
}

/** The rule at which a run pauses whose agent does not keep to the gate. */
export const canaryRule = "gate.canary";

/** Nothing is tried before `start`. */
export function newGateTrial({ canary, note, onEnd, isOver }: TrialParts): GateTrial {
  let hasPassed = canary === undefined;
  let problem: string | undefined;

  const conclude = (result: CanaryResult): void => {
    if (isOver()) return;
    const { agent, version } = result;
    if (result.passed) {
      hasPassed = note("canary.passed", { agent, version, duration_ms: result.durationMs });
    } else {
      problem = `The gate does not hold in this agent (${agent} ${version}), so no construct starts. ${result.problem}`;
      note("canary.failed", { agent, version, problem: result.problem });
      raiseAttention(note, {
        kind: canaryRule,
        text: problem,
        next:
          "If the machine was busy, go on with the run. Otherwise install another version of the agent, or name one " +
          "with --claude-bin PATH, and go on then.",
      });
    }
    onEnd();
  };

  return {
    get hasPassed() {
      return hasPassed;
    },
    get problem() {
      return problem;
    },
    start: () => void canary?.().then(conclude),
  };
}
