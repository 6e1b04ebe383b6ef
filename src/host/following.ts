import { Fault } from "../base/fault.ts";
import { channel } from "../base/stream.ts";
import type { DeckEvent } from "../protocol/event.ts";
import type { Store } from "../store/event-log.ts";
import type { Recorder } from "../store/recorder.ts";

/**
 * All events after a sequence number: those on record, then each as it is recorded, until the signal aborts. A number that the
 * record does not have yet is refused: it is of another record, and what comes would be missed.
 */
export async function* followLog(
  { store, recorder, signal }: { store: Store; recorder: Recorder; signal: AbortSignal },
  afterSeq: number,
): AsyncIterable<DeckEvent> {
  const end = store.lastSeq();
  if (afterSeq > end)
    throw new Fault("usage", "events.ahead", `the record of this home ends with event ${end}, before ${afterSeq}`, {
      hint: "It is not the record that you know: begin anew, without a number.",
      facts: { end },
    });
  const live = channel<DeckEvent>();
  const stop = (): void => live.close(recorder.fault);
  using held = new DisposableStack();
  held.use(recorder.subscribe((event) => live.push(event)));
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  held.defer(() => signal.removeEventListener("abort", stop));
  let last = afterSeq;
  for (const event of store.eventsAfter(afterSeq)) {
    last = event.seq;
    yield event;
  }
  for await (const event of live) if (event.seq > last) yield event;
}
