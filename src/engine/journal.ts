import { bearsTurn, type EventBody, type EventDraft, type EventType } from "../protocol/event.ts";

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

/**
 * Records with the number of the agent's turn whatever bears one.
 * @param turnOf the number, for an event of a tool call that of the call; undefined: there is no turn yet
 */
export const inTurn =
  (note: Note, turnOf: (call: string | undefined) => number | undefined): Note =>
  (type, body) => {
    const turn = bearsTurn(type) ? turnOf(callOf(body)) : undefined;
    return note(type, turn === undefined ? body : { ...body, turn });
  };

/** The agent's own id of the call that an event is of. That of a plugin's call is the bridge's, which says within which it was. */
function callOf(body: object): string | undefined {
  const call: unknown = Reflect.get(body, "within" in body ? "within" : "call");
  return typeof call === "string" ? call : undefined;
}
