import { channel } from "../../base/stream.ts";
import type { AgentEvent } from "../../drivers/agent.ts";
import type { Numbered } from "../numbered.ts";

/** What the agent of a session on a node did, for whoever has that session. */
export interface HeardEvents extends AsyncIterable<AgentEvent> {
  push(event: Numbered<AgentEvent>): void;
  /** There will be no more. What is there can still be read. */
  close(): void;
  /**
   * Does this once all that was pushed before is dealt with, in the order of these calls; at once where that is so already, or nobody
   * reads, or goes on reading: then there is nobody to wait for.
   */
  afterAll(work: () => void): void;
}

/**
 * Who asks for the next event has dealt with the one before. Who reads later goes on from there.
 * @param dealtWith hears of each by its number, in order
 */
export function heardEvents(dealtWith: (n: number) => void): HeardEvents {
  const events = channel<Numbered<AgentEvent>>();
  const waiting: { after: number; work: () => void }[] = [];
  let pushed = 0;
  let done = 0;
  let readers = 0;

  const goOn = (): void => {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      if (readers > 0 && first.after > done) return;
      waiting.shift();
      first.work();
    }
  };

  return {
    push(event) {
      if (events.closed) return;
      pushed += 1;
      events.push(event);
    },
    close: () => events.close(),
    afterAll(work) {
      waiting.push({ after: pushed, work });
      goOn();
    },
    async *[Symbol.asyncIterator]() {
      readers += 1;
      try {
        for await (const { n, body } of events)
          try {
            yield body;
          } finally {
            done += 1;
            dealtWith(n);
            goOn();
          }
      } finally {
        readers -= 1;
        goOn();
      }
    },
  };
}
