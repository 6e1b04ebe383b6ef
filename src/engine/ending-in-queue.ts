import type { Objection } from "./blacklist.ts";
import { endedInQueue, type Before } from "./construct/outcome-of.ts";
import type { Note } from "./journal.ts";
import type { Outcomes } from "./outcomes.ts";
import type { SpawnQueue } from "./spawn-queue.ts";

export interface QueueEndingParts {
  note: (source: string) => Note;
  /** What one that is queued was when it was suspended; undefined for one that has not begun yet. */
  before: (id: string) => Before | undefined;
  /** What the blacklist has against a task; asked once more when it would start, since much may have changed. */
  objection: (task: string) => Objection | undefined;
  /** Called after each change of who is queued or alive. */
  onChange: () => void;
}

/** How constructs end that wait for their start. */
export interface QueueEndings {
  /** Ends one before it has started. False when it is not queued. */
  end(id: string, cause: string): boolean;
  /** Ends one whose task is forbidden: since it was queued, or by another deck before a resume. False when it is not. */
  endForbidden(id: string): boolean;
}

/** Takes them out of this queue, tells what they were told in vain, and adds how they ended to these outcomes. */
export function queueEndings(
  queue: SpawnQueue,
  outcomes: Outcomes,
  { note, before, objection, onChange }: QueueEndingParts,
): QueueEndings {
  const end = (id: string, cause: string): boolean => {
    const queued = queue.take(id);
    if (queued === undefined) return false;
    const outcome = endedInQueue(queued.spec, cause, before(id));
    outcomes.add(outcome);
    for (const letter of queued.told) note("engine")("construct.unread", { construct: id, ...letter });
    note("engine")("construct.ended", { construct: id, outcome });
    onChange();
    return true;
  };
  return {
    end,
    endForbidden(id) {
      const spec = queue.find(id);
      const against = spec === undefined ? undefined : objection(spec.task);
      if (spec === undefined || against === undefined) return false;
      const { rule, reason } = against;
      const { task, origin, order } = spec;
      note("engine")("spawn.refused", { task, origin, rule, reason, order });
      return end(id, rule);
    },
  };
}
