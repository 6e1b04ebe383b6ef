import type { ConstructView, RunView } from "../../../protocol/view.ts";
import { costOf } from "../../../protocol/view.ts";
import { reportPath } from "../report-path.ts";

/** A run as one JSON object, with the field names of the recorded events. */
export function flatRun(view: RunView): Record<string, unknown> {
  return {
    run: view.run,
    kind: view.kind,
    goal: view.goal,
    status: view.status,
    reason: view.reason,
    workspace: view.workspace,
    folder: view.folder,
    report: reportPath(view),
    opened_at: view.openedAt,
    closed_at: view.closedAt,
    duration_ms: view.durationMs,
    cost_usd: costOf(view),
    settings: view.settings,
    daemon: {
      id: view.daemon.id,
      session_id: view.daemon.sessionId,
      state: view.daemon.state,
      turns: view.daemon.turns,
      cost_usd: view.daemon.costUsd,
      last_chat: view.daemon.lastChat,
    },
    constructs: Object.values(view.constructs).map(flatConstruct),
    refused: view.refused,
  };
}

/** An outcome says more than the view: where there is one, its fields win. */
const flatConstruct = (construct: ConstructView): Record<string, unknown> => ({
  id: construct.id,
  task: construct.task,
  origin: construct.origin,
  state: construct.state,
  cause: null,
  profile: construct.profile,
  caliber: construct.caliber,
  after: construct.after,
  activity: construct.activity,
  queued_at: construct.queuedAt,
  started_at: construct.startedAt,
  ended_at: construct.endedAt,
  session_id: construct.sessionId,
  cost_usd: construct.costUsd,
  files: [],
  denials: [],
  ...construct.outcome,
});
