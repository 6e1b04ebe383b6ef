import { Fault } from "../base/fault.ts";
import { type DeckEvent, type EventDraft, eventVersion, parseEvent } from "../protocol/event.ts";
import type { Redactor } from "./redaction/redactor.ts";

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
  /** The same with the secrets that it had: for the deck's own memory, never to be written or shown. */
  plain(seq: number): DeckEvent;
}

/**
 * Takes a copy of a draft and looks at it with a reader's eyes. What could not be read back (a cost that is NaN) is
 * our own mistake and is refused here, before it is lost; and what is published is, to the byte, what is on disk.
 * Secrets are taken out before that.
 */
export function seal(draft: EventDraft, at: number, redactor: Redactor): SealedEvent {
  const row = { at: Math.round(at), run: draft.run, source: draft.source, type: draft.type, version: eventVersion };
  const plainBody: unknown = JSON.parse(JSON.stringify(draft.body));
  const parsed = (body: unknown): DeckEvent => parseEvent({ ...row, seq: 0, body });
  const plain = parsed(plainBody);
  if (plain.type !== draft.type)
    throw new Fault("internal", "event.invalid", `an event of type ${draft.type} has a body that cannot be read back`, {
      facts: { type: draft.type, body: redactor.text(JSON.stringify(plainBody)).slice(0, 500) },
      hint: "This is a defect of Cyberdeck: please report it with this message.",
    });
  let body = redactor.value(plainBody);
  let event = body === plainBody ? plain : parsed(body);
  if (event.type !== draft.type) {
    // A secret of the environment is a word of ours as well: then it cannot be told from what it names.
    body = redactor.value(plainBody, true);
    event = parsed(body);
  }
  return {
    ...row,
    body: JSON.stringify(body),
    numbered: (seq) => ({ ...event, seq }),
    plain: (seq) => ({ ...plain, seq }),
  };
}
