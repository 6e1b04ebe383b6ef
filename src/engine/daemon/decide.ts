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
  /** A bound at which the netrunner decides how to go on. */
  bound: { rule: string; reason: string } | undefined;
}

export type Decision =
  | { next: "turn" }
  | { next: "wait" }
  | { next: "ask" }
  | { next: "finish"; status: "done" | "failed" }
  | { next: "pause"; rule: string; reason: string };

/**
 * What comes next. A `done` or `failed` counts only when nothing is in flight and nothing is untold: no outcome is left
 * unread. With nothing in flight and nothing to tell, the one who must speak is the netrunner.
 */
export function decide(moment: Moment): Decision {
  if (moment.bound !== undefined) return moment.inFlight === 0 ? { next: "pause", ...moment.bound } : { next: "wait" };
  if (moment.inputsWait) return { next: "turn" };
  if (moment.inFlight > 0) return { next: "wait" };
  if (moment.status === "done" || moment.status === "failed") return { next: "finish", status: moment.status };
  return moment.hasAsked ? { next: "wait" } : { next: "ask" };
}
