import type { EventBody, EventDraft, EventType } from "../protocol/event.ts";

/**
 * Records that something happened in this run: written before anybody sees it. False when the record cannot be written
 * any more; the run is then being ended, and whoever needs the record to act (the gate) must not act.
 */
export type Note = <T extends EventType>(type: T, body: EventBody<T>) => boolean;

/** @param source who says so: "engine", "netrunner", a construct's or daemon's id */
export function noteFor(record: (draft: EventDraft) => boolean, run: string, source: string): Note {
  // The generic signature ties `type` to `body`; the compiler cannot carry that through to the union by itself.
  return (type, body) => record({ type, run, source, body } as EventDraft);
}
