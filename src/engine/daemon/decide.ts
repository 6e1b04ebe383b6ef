import type { DaemonStatus } from "../../protocol/action.ts";

/** What the daemon's loop looks at between two turns. */
export interface Moment {
  /** Something recorded has not been told to the daemon. */
  inputsWait: boolean;
  /** Constructs that are queued or at work. */
  inFlight: number;
  /** The status of its last valid reply. */
  status: DaemonStatus;
  /** The netrunner has been asked and has not answered. */
  hasAsked: boolean;
  /** What has been reached and makes the netrunner decide how to go on. */
  bound: Bound | undefined;
  /** A budget of the run is used up: nothing goes on before the netrunner has raised it. */
  isOutOfBudget: boolean;
  /** A spawn was refused by the cap: when what is at work has ended, the netrunner decides how to go on. */
  isCapped: boolean;
}

export interface Bound {
  rule: string;
  reason: string;
  /** Constructs whose end is still waited for before the run pauses. */
  pending: number;
}

export type Decision =
  | { next: "turn" }
  | { next: "wait" }
  | { next: "ask" }
  /** The netrunner is asked about the budget, and everything stays as it is. */
  | { next: "hold" }
  | { next: "finish"; status: "done" | "failed" }
  | { next: "pause"; rule: string; reason: string };

/**
 * What comes next. A `done` or `failed` counts only when nothing is in flight and nothing is untold: no outcome is left
 * unread. With nothing in flight and nothing to tell, the one who must speak is the netrunner.
 */
export function decide(moment: Moment): Decision {
  const isOver = !moment.inputsWait && moment.inFlight === 0;
  if (isOver && (moment.status === "done" || moment.status === "failed"))
    return { next: "finish", status: moment.status };
  if (moment.bound !== undefined) {
    const { rule, reason, pending } = moment.bound;
    return pending === 0 ? { next: "pause", rule, reason } : { next: "wait" };
  }
  if (moment.isOutOfBudget) return { next: "hold" };
  if (moment.isCapped) return { next: moment.inFlight > 0 ? "wait" : "hold" };
  if (moment.inputsWait) return { next: "turn" };
  if (moment.inFlight > 0) return { next: "wait" };
  return moment.hasAsked ? { next: "wait" } : { next: "ask" };
}
