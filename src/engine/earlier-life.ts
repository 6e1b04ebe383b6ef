import type { Outcome } from "../protocol/outcome.ts";
import type { ConstructView, RunView } from "../protocol/view.ts";
import type { Beginning } from "./construct/beginning.ts";
import { unstarted } from "./construct/outcome-of.ts";
import { abandoned } from "./construct/suspending.ts";
import type { QueuedSpec } from "./spawn-queue.ts";
import type { Note } from "./journal.ts";
import type { RunParts } from "./run-parts.ts";
import { endStrays } from "./strays.ts";

export interface EarlierLife {
  view: RunView;
  note: Note;
  transcript: RunParts["transcript"];
  /** Takes up the outcome of a construct that died with its deck, before it is recorded. */
  onOutcome: (outcome: Outcome) => void;
  /** Takes up a construct that only waited for the account: it has lost nothing, and goes on in its session. */
  onSuspended: (spec: QueuedSpec) => void;
}

/** Ends for good what a dead deck has left of a run: what was at work has failed, and nobody waits for its answers any more. */
export async function settleEarlierLife({
  view,
  note,
  transcript,
  onOutcome,
  onSuspended,
}: EarlierLife): Promise<void> {
  for (const { item, construct } of Object.values(view.attention))
    note("attention.closed", { item, how: construct === undefined ? "tried again" : "ended" });
  // First those that nobody has named yet, and those that constructs have taken: they bear the mark of the spare.
  for (const [spare, { construct }] of Object.entries(view.pool.spares)) {
    await endStrays(spare, note);
    if (construct === null) note("pool.ended", { spare, why: "died", detail: "the deck ended before it" });
  }
  const unended = Object.values(view.constructs).filter(({ outcome }) => outcome === null);
  for (const construct of unended) {
    // Also of one that was queued: its process may have been started in the very moment in which the deck died.
    for (const id of sessionMarks(construct, view)) await endStrays(id, note);
    if (construct.startedAt === null || construct.suspended !== null) continue;
    if (construct.isParked) {
      note("construct.suspended", { construct: construct.id, ...abandoned(construct) });
      onSuspended(specOf(construct));
      continue;
    }
    const outcome = await diedWithDeck(construct, transcript);
    onOutcome(outcome);
    note("construct.ended", { construct: construct.id, outcome });
  }
  for (const id of [view.daemon.id, view.tripwires.author]) if (id !== null) await endStrays(id, note);
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
  const { id, task, origin, parent, caliber, asked, after, profile, plugins } = construct;
  return { id, task, origin, parent, caliber, after, profile, plugins, ...(asked === undefined ? {} : { asked }) };
}

/** What a construct was when it was suspended, if it is. */
export function suspendedIn(view: RunView, id: string): Beginning["before"] {
  const construct = view.constructs[id];
  const suspended = construct?.suspended ?? null;
  if (construct === undefined || suspended === null) return undefined;
  const { requests, costUsd, tokens } = construct;
  return { suspended, spent: { requests, costUsd, tokens } };
}

/** The marks that its processes may bear: its own, and, where it went on in another one's session, that one's. */
function sessionMarks({ id, origin, parent }: ConstructView, view: RunView): string[] {
  const before = origin === "redirect" && parent !== null ? view.constructs[parent] : undefined;
  return [id, ...(before === undefined ? [] : sessionMarks(before, view))];
}

async function diedWithDeck(construct: ConstructView, open: RunParts["transcript"]): Promise<Outcome> {
  const transcript = open(construct.id);
  await transcript.close();
  return {
    ...unstarted(specOf(construct), "crash"),
    exit: "unknown: the deck ended before it",
    started_at: construct.startedAt,
    session_id: construct.sessionId,
    transcript: transcript.path,
  };
}
