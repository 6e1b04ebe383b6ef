import type { Ejection } from "../../protocol/ejection.ts";
import { headAndTail } from "../../base/text.ts";
import { costOf, type ConstructView, type RunView } from "../../protocol/view.ts";

/** The most bytes of a result that a snapshot shows; the transcript has all of it. */
const resultBytes = 2048;

/** The queue and what was at work in the moment of an eject, before anything of it was ended. */
export interface Moment {
  at: number;
  states: Record<string, ConstructView["state"]>;
  /** What those in the queue had been told: their end tells that nobody has read it. */
  told: Record<string, ConstructView["told"]>;
}

export const momentOf = (view: RunView, at: number): Moment => ({
  at,
  states: Object.fromEntries(Object.values(view.constructs).map(({ id, state }) => [id, state])),
  told: Object.fromEntries(Object.values(view.constructs).map(({ id, told }) => [id, [...told]])),
});

/** What is kept of an eject: enough to see what was lost and to go on, without the database. */
export function ejectSnapshot(
  view: RunView,
  { at, states, told }: Moment,
  ejection: Omit<Ejection, "snapshot">,
  marks: readonly string[],
): string {
  const constructs = Object.values(view.constructs);
  const { id: daemon, sessionId, state, turns, costUsd } = view.daemon;
  const snapshot = {
    version: 1,
    at: new Date(at).toISOString(),
    by: "netrunner",
    run: view.run,
    kind: view.kind,
    goal: view.goal,
    workspace: view.workspace,
    folder: view.folder,
    cost_usd: costOf(view),
    ejection: { ...ejection, looked_for: marks },
    daemon: { id: daemon, session_id: sessionId, state, turns, cost_usd: costUsd },
    queue: constructs
      .filter((construct) => states[construct.id] === "queued")
      .map(({ id, task, after, profile }) => ({ id, task, after, profile, told: told[id] ?? [] })),
    constructs: constructs.map((construct) => constructLine(construct, states[construct.id])),
    next: `cyberdeck run --resume ${view.run}`,
  };
  return `${JSON.stringify(snapshot, null, 2)}\n`;
}

function constructLine(construct: ConstructView, before: string | undefined): object {
  const { id, task, origin, parent, state, outcome, sessionId, costUsd } = construct;
  return {
    id,
    task,
    origin,
    parent,
    before: before ?? null,
    state,
    cause: outcome?.cause ?? null,
    session_id: outcome?.session_id ?? sessionId,
    files: outcome?.files.map(({ path, size }) => ({ path, size })) ?? [],
    result: headAndTail(outcome?.result ?? "", resultBytes).text,
    transcript: outcome?.transcript ?? null,
    cost_usd: outcome?.cost_usd ?? costUsd,
  };
}
