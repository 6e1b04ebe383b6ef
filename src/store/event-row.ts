import { z } from "zod";
import { Fault } from "../base/fault.ts";
import { type DeckEvent, parseEvent } from "../protocol/event.ts";

/** A row of the table of events. */
export const rowSchema = z.object({
  seq: z.int(),
  at: z.int(),
  run: z.string(),
  source: z.string(),
  type: z.string(),
  version: z.int(),
  body: z.string(),
});

/** A body that is not JSON any more is kept as the text that it is: `parseEvent` makes it an `agent.unknown`. */
export function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The text itself is what is left of the event.
    return text;
  }
}

/** A row of the table of events as the event that it is. */
export function eventOf(row: unknown): DeckEvent {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success)
    throw new Fault("storage", "storage.damaged", "the table of events does not have the columns that it should have", {
      hint: "Move deck.db aside to start afresh; the events of each run are also in runs/<run>/events.ndjson.",
      cause: parsed.error,
    });
  return parseEvent({ ...parsed.data, body: bodyOf(parsed.data.body) });
}
