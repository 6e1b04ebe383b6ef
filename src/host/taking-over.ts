import { messageOf } from "../base/fault.ts";
import { marksIn } from "../engine/resume/left-behind.ts";
import { endLeftOfHome } from "../engine/resume/strays.ts";
import { isOwnWish, ownCommandLine } from "./own-wish.ts";
import { misplaced } from "./run-place.ts";
import { noteFor } from "../engine/journal.ts";
import type { Command } from "../protocol/command.ts";
import { foldRunEvents } from "../protocol/snapshot.ts";
import type { RunView } from "../protocol/view.ts";
import type { EventReader } from "../store/event-reader.ts";
import { homeMark } from "../store/home.ts";
import type { LockOwner } from "../store/lock.ts";
import type { DeckWorks } from "./deck-works.ts";

/** The runs that were open when the holder of a home before us died, and those whose eject another dead one has left so. */
export function cutOff(reader: EventReader, left: LockOwner): RunView[] {
  return reader.runs().flatMap((run) => {
    const view = foldRunEvents(reader.eventsOf(run));
    return view === undefined || view.closedAt !== null || (view.lastAt < left.since && !view.isEjecting) ? [] : [view];
  });
}

/**
 * Ends what earlier holders of the home have left alive, before anything new is started. Never rejects.
 * @param views of the runs that were cut off
 */
export async function reapLeft(
  views: readonly RunView[],
  { record, options }: Pick<DeckWorks, "record" | "options">,
): Promise<void> {
  const mark = homeMark(options.home);
  const agents = [...new Set(views.flatMap(marksIn))];
  if (mark !== undefined) await endLeftOfHome(mark, agents, noteFor(record, "", "engine"));
}

/** So often within an hour does a host go on by itself with a run: one that kills its host would be started for ever. */
const mostLives = 3;
const livesMs = 3_600_000;

type Resume = (command: Command & { type: "run.resume" }) => Promise<unknown>;

/**
 * Completes the ejects over which a dead holder of the home has died, whatever kind of deck this is: nothing of their runs
 * starts again by that. Never rejects.
 */
export async function completeEjects(
  views: readonly RunView[],
  { tellRuns }: Pick<DeckWorks, "tellRuns">,
  resume: Resume,
): Promise<void> {
  for (const { run } of views.filter(({ isEjecting }) => isEjecting)) {
    try {
      await resume({ type: "run.resume", run, command_line: [...ownCommandLine] });
    } catch (error) {
      tellRuns("engine")("deck.warned", {
        code: "host.not_ejected",
        message: `the eject of ${run} could not be completed: ${messageOf(error)}`,
      });
    }
  }
}

/**
 * Goes on with the runs that were open when the host before this one died. What cannot go on here stays as it is, and it is told
 * why: somebody can still go on with it by hand.
 */
export async function goOnWithLeft(
  views: readonly RunView[],
  left: LockOwner,
  { options, store, record, tellRuns }: DeckWorks,
  resume: Resume,
): Promise<void> {
  // A command that was killed took its run with it on purpose, or so whoever killed it may think.
  if (left.kind !== "host") return;
  for (const view of views.filter(({ isEjecting }) => !isEjecting)) {
    const misfit = await misplaced(view, options);
    const lives = [...store.eventsOf(view.run)].filter(
      (event) => event.type === "run.resumed" && event.at > Date.now() - livesMs && isOwnWish(event.body),
    );
    const objection =
      misfit !== undefined
        ? misfit.why
        : lives.length >= mostLives
          ? `its host has died ${mostLives} times within an hour`
          : undefined;
    try {
      if (objection === undefined)
        await resume({ type: "run.resume", run: view.run, command_line: [...ownCommandLine] });
      else noteFor(record, view.run, "engine")("deck.warned", { code: "host.not_resumed", message: objection });
    } catch (error) {
      tellRuns("engine")("deck.warned", {
        code: "host.not_resumed",
        message: `${view.run} does not go on by itself: ${messageOf(error)}`,
      });
    }
  }
}
