import type { Outcome } from "../../protocol/outcome.ts";
import type { Returned } from "../../protocol/workspace.ts";
import type { Suspended } from "../../protocol/suspended.ts";
import type { ConstructView, RunView } from "../../protocol/view.ts";
import type { Beginning } from "../construct/beginning.ts";
import { endStateOf, redirectCause } from "../construct/machine.ts";
import { bypassed } from "../construct/custody.ts";
import { unstarted } from "../construct/outcome-of.ts";
import { filesOf } from "../construct/bringing-back.ts";
import type { QueuedSpec } from "../spawn-queue.ts";
import type { Note } from "../journal.ts";
import type { RunParts } from "../run-parts.ts";
import { endStrays } from "./strays.ts";
import { cutLines, freshTrace, type Trace } from "./traces.ts";

export interface EarlierLife {
  view: RunView;
  traces: ReadonlyMap<string, Trace>;
  note: Note;
  transcript: RunParts["transcript"];
  /** All end for this, and nothing goes on, as far as no other cause is recorded; undefined: they go on. */
  endsAll: string | undefined;
  /** Takes up the outcome of a construct whose end had begun, before it is recorded. */
  onOutcome: (outcome: Outcome) => void;
  /** Takes up those that were in the middle of their work: they go on, before anything that was queued. */
  onSuspended: (specs: QueuedSpec[]) => void;
}

/**
 * Settles what a dead deck has left of a run. First everything that it had started is ended. Who was at work is suspended as the
 * record tells it, and goes on; whose end had begun, has ended, for the cause that was recorded.
 */
export async function settleEarlierLife(life: EarlierLife): Promise<void> {
  const { view, note } = life;
  await reapStrays(view, note);
  // Nobody waits for an answer any more: the calls are gone with their agents.
  for (const { hold, construct, turn, call } of Object.values(view.holds))
    note("hold.closed", { construct, turn, hold, call, end: "ended", note: null });
  for (const { item, construct } of Object.values(view.attention))
    note("attention.closed", { item, how: construct === undefined ? "tried again" : "ended" });
  const goOn: QueuedSpec[] = [];
  for (const construct of Object.values(view.constructs).filter(({ outcome }) => outcome === null)) {
    const trace = life.traces.get(construct.id) ?? freshTrace();
    const stand = standOf(construct, trace);
    const cause = causeOf(construct, trace, view) ?? life.endsAll;
    if (cause !== undefined) {
      tellHeir(construct, trace, life);
      const outcome = await outcomeFromRecord(construct, { trace, stand, cause }, life);
      life.onOutcome(outcome);
      for (const letter of construct.told) note("construct.unread", { construct: construct.id, ...letter });
      note("construct.ended", { construct: construct.id, outcome });
      continue;
    }
    if (construct.startedAt === null || construct.suspended !== null) continue;
    note("construct.suspended", { construct: construct.id, ...stand });
    goOn.push({ ...specOf(construct), told: stand.unread });
  }
  life.onSuspended(goOn);
}

/** Ends what a dead deck has left running of this run: all that bears the mark of one of its agents. */
async function reapStrays(view: RunView, note: Note): Promise<void> {
  const unended = Object.values(view.constructs).filter(({ outcome }) => outcome === null);
  const marks = [
    // Also those that constructs have taken: they bear the mark of the spare.
    ...Object.keys(view.pool.spares),
    // Also of one that was queued: its process may have been started in the very moment in which the deck died.
    ...unended.flatMap((construct) => sessionMarks(construct, view)),
    ...[view.daemon.id, view.tripwires.author].filter((id) => id !== null),
  ];
  await endStrays([...new Set(marks)], note);
  for (const [spare, { construct }] of Object.entries(view.pool.spares))
    if (construct === null) note("pool.ended", { spare, why: "died", detail: "the deck ended before it" });
}

/** What a run that goes on has from its earlier life: what had not started, and how the others ended. */
export function leftOver(view: RunView): { queued: QueuedSpec[]; outcomes: Outcome[] } {
  const views = Object.values(view.constructs);
  return {
    queued: views
      .filter(
        (construct) => construct.outcome === null && (construct.startedAt === null || construct.suspended !== null),
      )
      .map((construct) => ({ ...specOf(construct), told: construct.told })),
    outcomes: views.flatMap(({ outcome }) => (outcome === null ? [] : [outcome])),
  };
}

/** What a construct was told to do, as its record has it. */
export function specOf(construct: ConstructView): Parameters<typeof unstarted>[0] {
  const { id, task, origin, parent, caliber, asked, after, profile, plugins, on } = construct;
  return {
    id,
    task,
    origin,
    parent,
    caliber,
    after,
    profile,
    plugins,
    ...(asked === undefined ? {} : { asked }),
    ...(on === undefined ? {} : { on }),
  };
}

/** What a construct was when it was suspended, if it is. */
export function suspendedIn(view: RunView, id: string): Beginning["before"] {
  const construct = view.constructs[id];
  const suspended = construct?.suspended ?? null;
  if (construct === undefined || suspended === null) return undefined;
  const { requests, costUsd, tokens, turn, place } = construct;
  return { suspended, spent: { requests, costUsd, tokens }, turn, place };
}

/** The marks that its processes may bear: its own, and, where it went on in another one's session, that one's. */
function sessionMarks({ id, origin, parent }: ConstructView, view: RunView): string[] {
  const before = origin === "redirect" && parent !== null ? view.constructs[parent] : undefined;
  return [id, ...(before === undefined ? [] : sessionMarks(before, view))];
}

/** The cause for which a construct has ended; undefined: it goes on. */
function causeOf(construct: ConstructView, { ending, isSuspected, copy }: Trace, view: RunView): string | undefined {
  // Also of one whose end had not begun: two would do the same work.
  if (heirOf(construct, view) !== undefined) return redirectCause;
  // Its work is not here yet: it goes on where that is, to say so once more.
  const isAway = copy === "away" && construct.sessionId !== null;
  if (isAway && ending !== null && endStateOf(ending.cause) === "done") return isSuspected ? bypassed : undefined;
  // Without an heir, a redirection has not come about.
  if (ending !== null && ending.cause !== redirectCause) return ending.cause;
  // Its agent does not keep to the gate, and nobody has said that it may go on.
  return isSuspected ? bypassed : undefined;
}

const heirOf = ({ id }: ConstructView, view: RunView): ConstructView | undefined =>
  Object.values(view.constructs).find(({ origin, parent }) => origin === "redirect" && parent === id);

function tellHeir(construct: ConstructView, trace: Trace, { view, note }: EarlierLife): void {
  const heir = heirOf(construct, view);
  if (heir === undefined || trace.isRedirectTold) return;
  note("construct.redirected", { construct: construct.id, successor: heir.id, text: heir.task });
}

/** How a construct stood when its deck died, as the record tells it. */
function standOf({ sessionId, told, startedAt, surfaced, suspended }: ConstructView, trace: Trace): Suspended {
  return (
    suspended ?? {
      session_id: sessionId,
      cut: cutLines(trace),
      unread: [...told],
      heard: trace.heard,
      died: true,
      agent_died: false,
      deaths: trace.deaths,
      started_at: startedAt,
      duration_ms: trace.livedMs,
      worked_ms: trace.workedMs,
      halted: trace.halted?.how ?? null,
      turns: trace.turns,
      written: [...trace.written],
      denials: trace.denials,
      surfaced,
      tripwires: trace.tripwires,
    }
  );
}

interface Ended {
  trace: Trace;
  stand: Suspended;
  cause: string;
}

async function outcomeFromRecord(
  construct: ConstructView,
  { trace, stand, cause }: Ended,
  { view, transcript: open }: EarlierLife,
): Promise<Outcome> {
  const outcome = unstarted(specOf(construct), cause);
  if (construct.startedAt === null) return outcome;
  const transcript = open(construct.id);
  await transcript.close();
  const workspace: Outcome["workspace"] = trace.copy === "away" ? notBack : trace.copy;
  const places = { workspace: view.workspace, runFolder: view.folder };
  const { files, missing } = await filesOf(stand.written, places, workspace);
  const turn = trace.ending?.turn;
  return {
    ...outcome,
    ...lastWordsOf(trace, endStateOf(cause) === "done"),
    caliber_given: { ...construct.caliber, fast: false },
    model_given: trace.model,
    exit: "unknown: the deck ended before it",
    started_at: stand.started_at,
    duration_ms: stand.duration_ms,
    turns: stand.turns,
    cost_usd: construct.costUsd,
    tokens: construct.tokens,
    files,
    files_missing: missing,
    workspace,
    denials: stand.denials,
    surfaced: stand.surfaced,
    tripwires: stand.tripwires,
    refusal: turn?.refused === true ? turn.text || trace.lastWords || "no reason given" : null,
    session_id: stand.session_id,
    transcript: transcript.path,
    stderr: (turn?.errors ?? []).join("\n"),
  };
}

const notBack: Returned = {
  how: "lost",
  why: "the deck ended before it was brought back",
  hint: "What it has made stays on its node for three days (docs/nodes.md tells where).",
};

function lastWordsOf(trace: Trace, isDone: boolean): Pick<Outcome, "result" | "result_from"> {
  const text = trace.ending?.turn?.text ?? "";
  if (isDone && text.trim() !== "") return { result: text, result_from: "result" };
  if (trace.lastWords !== "") return { result: trace.lastWords, result_from: "assistant" };
  if (trace.lastToolOutput !== "") return { result: trace.lastToolOutput, result_from: "tool" };
  return { result: "", result_from: "none" };
}
