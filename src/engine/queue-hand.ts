import { Fault } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import type { RunView } from "../protocol/view.ts";
import type { Fleet } from "./fleet.ts";
import type { Note } from "./journal.ts";

/** The netrunner's hand on what waits for its start. */
export interface QueueHand {
  /** Puts one before another one of the queue, or at its end: they start in this order, as far as each may start. */
  move(construct: string, before: string | null): void;
  /** Ends one that has not started. One that has is left alone: that is refused with a fault. */
  cancel(construct: string): void;
}

export interface QueueHandParts {
  view: Pick<RunView, "run" | "queue">;
  fleet: Pick<Fleet, "isQueued" | "stop" | "pump" | "at">;
  note: (source: string) => Note;
}

export function queueHandOf({ view, fleet, note }: QueueHandParts): QueueHand {
  const mustWait = (id: string): void => {
    if (fleet.isQueued(id)) return;
    if (fleet.at(id) !== undefined)
      throw new Fault("refused", "queue.started", `The construct ${id} does not wait any more: it has started.`, {
        hint: `End it with: cyberdeck kill ${id}`,
      });
    throw new Fault("refused", "queue.not_waiting", `The construct ${oneLine(id, 60)} does not wait in ${view.run}.`, {
      hint: "See what waits: cyberdeck queue",
    });
  };
  return {
    move(construct, before) {
      mustWait(construct);
      if (before === construct)
        throw new Fault("usage", "queue.before_itself", `${construct} cannot wait before itself.`, {
          hint: "Name another one that waits, or none for the end of the queue.",
        });
      if (before !== null) mustWait(before);
      note("netrunner")("queue.moved", { construct, before });
      fleet.pump();
    },
    cancel(construct) {
      mustWait(construct);
      fleet.stop(construct, "netrunner");
      // Those that were to come after it end as well.
      fleet.pump();
    },
  };
}
