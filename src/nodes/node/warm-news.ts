import type { Note } from "../../engine/journal.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { NodeEvent } from "../../protocol/node.ts";

/** What a pool would put on record, told to the log of a node: the record is the host's, and nothing of this is a run's. */
export function noteSpares(tell: (event: NodeEvent) => void, onUnproven: () => void): Note {
  const tellers: { [T in keyof Told]: (body: EventBody<T>) => void } = {
    "pool.ready": ({ spare, pid }) => tell({ type: "spare.ready", spare, pid }),
    "pool.hit": ({ spare, construct }) => tell({ type: "spare.taken", spare, session: construct }),
    "pool.ended": ({ spare, why, detail }) => tell({ type: "spare.ended", spare, why, detail }),
    "deck.warned": ({ code, message }) => {
      if (code === "stop.unproven") onUnproven();
      tell({ type: "trouble", code, message, hint: null });
    },
  };
  return (type, body) => {
    // The generic signature ties `type` to `body`; the compiler cannot carry that through to the table.
    (tellers as Partial<Record<string, (told: typeof body) => void>>)[type]?.(body);
    return true;
  };
}

interface Told {
  "pool.ready": true;
  "pool.hit": true;
  "pool.ended": true;
  "deck.warned": true;
}
