import { Fault } from "../base/fault.ts";
import { type DeckEvent, type EventDraft, eventVersion, parseEvent } from "../protocol/event.ts";

/** An event as it will stand on disk, without its sequence number. */
export interface SealedEvent {
  at: number;
  run: string;
  source: string;
  type: string;
  version: number;
  /** The body as JSON. */
  body: string;
  /** The event as a reader of the disk will see it. */
  numbered(seq: number): DeckEvent;
}

/**
 * Takes a copy of a draft and looks at it with a reader's eyes. What could not be read back (a cost that is NaN) is
 * our own mistake and is refused here, before it is lost; and what is published is, to the byte, what is on disk.
 */
export function seal(draft: EventDraft, at: number): SealedEvent {
  const row = { at: Math.round(at), run: draft.run, source: draft.source, type: draft.type, version: eventVersion };
  const body = JSON.stringify(draft.body);
  const event = parseEvent({ ...row, seq: 0, body: JSON.parse(body) });
  if (event.type !== draft.type)
    throw new Fault("internal", "event.invalid", `an event of type ${draft.type} has a body that cannot be read back`, {
      facts: { type: draft.type, body: body.slice(0, 500) },
      hint: "This is a defect of Cyberdeck: please report it with this message.",
    });
  return { ...row, body, numbered: (seq) => ({ ...event, seq }) };
}
