import { channel } from "../base/stream.ts";
import type { DeckEvent } from "../protocol/event.ts";
import type { Store } from "../store/event-log.ts";
import type { Recorder } from "../store/recorder.ts";

/** All events after a sequence number: those on record, then each as it is recorded, until the signal aborts. */
export async function* followLog(
  { store, recorder, signal }: { store: Store; recorder: Recorder; signal: AbortSignal },
  afterSeq: number,
): AsyncIterable<DeckEvent> {
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
