import { z } from "zod";

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
