import type { Ejection } from "../../protocol/ejection.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import { foldRunEvents } from "../../protocol/snapshot.ts";
import type { RunView } from "../../protocol/view.ts";
import { momentOf, type Moment } from "./snapshot.ts";

/** An eject that was under way when its deck died: nobody knows what it had come to, so all of it is done again. */
export interface CutEject {
  reason: string;
  /** The queue and what was at work when it began. */
  moment: Moment;
  /** The marks of everything that the run has started. */
  marks: string[];
  /** What was on other places when the deck died: it is gone with its lease there, and nobody has proven that to this deck. */
  elsewhere: Ejection["elsewhere"];
}

/** What a log tells of an eject that was cut short; undefined when there is none, or when the run was closed after it. */
export function cutEjectOf(events: readonly DeckEvent[]): CutEject | undefined {
  const closed = events.findLastIndex(({ type }) => type === "run.closed");
  // The first one: a deck that was completing it may have died over that, too.
  const at = events.findIndex(({ type }, index) => index > closed && type === "run.ejecting");
  const begun = events[at];
  const before = foldRunEvents(events.slice(0, Math.max(0, at)));
  if (begun?.type !== "run.ejecting" || before === undefined) return undefined;
  return {
    reason: begun.body.reason,
    moment: momentOf(before, begun.at),
    marks: [...new Set(events.flatMap(markIn))],
    elsewhere: elsewhereIn(foldRunEvents([...events]) ?? before),
  };
}

const elsewhereIn = ({ constructs }: RunView): Ejection["elsewhere"] =>
  Object.values(constructs).flatMap(({ id, place, startedAt, suspended, outcome }) =>
    place === null || startedAt === null || suspended !== null || outcome !== null ? [] : [{ agent: id, place }],
  );

function markIn({ type, body }: DeckEvent): string[] {
  if (type === "construct.queued") return [body.construct];
  if (type === "pool.started") return [body.spare];
  // Its process may be up before that is on the record.
  if (type === "daemon.started" || type === "daemon.turn_started") return [body.daemon];
  return type === "author.started" ? [body.author] : [];
}
