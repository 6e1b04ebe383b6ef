import type { DeckEvent, EventBody, EventType } from "../../src/protocol/event.ts";
import type { Outcome } from "../../src/protocol/outcome.ts";
import { anOutcome } from "../kit/outcome.ts";

/** An event as a reader of the record sees it. */
export const eventOf = <T extends EventType>(seq: number, type: T, body: EventBody<T>): DeckEvent =>
  // The generic ties type to body; the compiler cannot carry that through to the union by itself.
  ({ seq, at: 1000 + seq, run: "run-1", source: "engine", version: 1, type, body }) as DeckEvent;

/** An outcome of a construct that did what it was told. */
export const outcomeOf = (id: string, parts: Partial<Outcome> = {}): Outcome =>
  anOutcome({ id, task: "a task", result: "done", session_id: "s", ...parts });
