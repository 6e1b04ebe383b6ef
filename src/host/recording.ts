import { messageOf } from "../base/fault.ts";
import type { EventDraft } from "../protocol/event.ts";
import type { Recorder } from "../store/recorder.ts";

/** Records an event, or says that it could not be: false. What is lost for its own fault alone is told on the record. */
export function recordInto(recorder: Recorder): (draft: EventDraft) => boolean {
  const record = (draft: EventDraft): boolean => {
    try {
      recorder.record(draft);
      return true;
    } catch (error) {
      // A failed write is told by the recorder itself, and the run is being ended. Anything else is about this event
      // alone: it must not vanish without a word.
      if (recorder.fault === undefined && draft.type !== "deck.warned") record(lost(draft, error));
      return false;
    }
  };
  return record;
}

const lost = ({ run, type }: EventDraft, error: unknown): EventDraft => ({
  type: "deck.warned",
  run,
  source: "engine",
  body: { code: "event.lost", message: `an event of type ${type} was not recorded: ${messageOf(error)}` },
});
