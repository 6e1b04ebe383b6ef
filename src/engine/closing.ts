import type { RunStatus } from "../protocol/run-status.ts";
import { closingLine, costOf, type RunView } from "../protocol/view.ts";
import type { DaemonEnd } from "./daemon/daemon.ts";
import type { Bound } from "./daemon/decide.ts";
import type { Note } from "./journal.ts";
import type { RunParts } from "./run-parts.ts";

/** Why and how the netrunner, or the end of the host, ends a run. */
export interface StopWish {
  status: "stopped" | "waiting" | "paused";
  reason: string;
  how: "polite" | "hard";
  /** What the ends of the constructs are called. */
  cause: "netrunner" | "host_shutdown" | "eject" | `budget:${string}`;
}

export const ejectWish = (reason: string): StopWish => ({
  status: "stopped",
  reason: reason === "" ? "eject" : `eject: ${reason}`,
  how: "hard",
  cause: "eject",
});

/**
 * Whether what is queued or at work is kept for the next life of the run: it does where the run only stops for a while, and where the host
 * ends under tasks, since no daemon would start them again.
 */
export const keepsWork = (
  { kind }: Pick<RunView, "kind">,
  { status, cause }: Pick<Closing, "status"> & Pick<StopWish, "cause">,
): boolean => status === "paused" || status === "waiting" || (kind === "tasks" && cause === "host_shutdown");

/** How a run without a daemon ends, now that this much is in flight; undefined while it goes on. */
export function endOfTasks(view: RunView, inFlight: number, bound: Bound | undefined): DaemonEnd | undefined {
  if (inFlight > 0)
    return bound?.pending === 0 ? { status: "paused", rule: bound.rule, reason: bound.reason } : undefined;
  // One that was redirected is counted by the one that went on in its place.
  const ends = Object.values(view.constructs).filter(({ state }) => state !== "redirected");
  const done = ends.filter((construct) => construct.state === "done").length;
  const status = done === ends.length ? "done" : "failed";
  return { status, reason: `${done} of ${ends.length} tasks done` };
}

export interface Closing {
  view: RunView;
  run: Pick<RunParts, "clock" | "wall" | "writeReport">;
  note: Note;
  status: RunStatus;
  reason: string;
}

/** What is left to do for a run of which nothing is alive any more: its report, and the closing on the record. */
export async function closeOnRecord({ view, run, note, status, reason }: Closing): Promise<void> {
  run.wall.remove();
  const now = run.clock.now();
  const duration = view.durationMs + Math.max(0, now - view.lastAt);
  // The report comes first: whoever hears of the closing finds it.
  await run.writeReport({ ...view, status, reason, closedAt: now, durationMs: duration });
  note("run.closed", {
    status,
    reason,
    folder: view.folder,
    duration_ms: duration,
    cost_usd: costOf(view),
    constructs: Object.values(view.constructs).map(closingLine),
  });
}
