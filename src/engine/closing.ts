import type { RunStatus } from "../protocol/event.ts";
import { closingLine, costOf, type RunView } from "../protocol/view.ts";
import type { Note } from "./journal.ts";
import type { RunParts } from "./run-parts.ts";

/** Why and how the netrunner, or the end of the host, ends a run. */
export interface StopWish {
  status: "stopped" | "waiting" | "paused";
  reason: string;
  how: "polite" | "hard";
  /** What the ends of the constructs are called. */
  cause: "netrunner" | "host_shutdown";
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
