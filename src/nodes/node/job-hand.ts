import { systemClock, type Clock } from "../../base/clock.ts";
import type { NodeEvent } from "../../protocol/node.ts";
import type { Job } from "../hub/hub.ts";
import { readOpening } from "../wire/opening.ts";
import type { Taken } from "./worker.ts";

export interface JobHandParts {
  /** Gives the opening to the worker of the life that the node is in. */
  take: (raw: unknown) => Promise<Taken>;
  tell: (event: NodeEvent) => void;
  /** Its session is gone. */
  onEnd: () => void;
  clock?: Clock;
}

/** A job that cannot be done now comes back after this time, and later each time. Milliseconds. */
const againMs = 1000;
const mostAgainMs = 10_000;

/** Carries a job of the queue to its end: says that it is alive for as long as its session is. Never rejects. */
export function jobHand({
  take,
  tell,
  onEnd,
  clock = systemClock,
}: JobHandParts): (job: Job<unknown>) => Promise<void> {
  const told = new WeakSet<Taken>();
  return async (job) => {
    const over = new AbortController();
    const live = (): void => {
      job.working();
      clock.after(job.silenceMs / 3, live, over.signal);
    };
    live();
    const read = readOpening(job.body);
    const session = (read.isGood ? read.opening.session : read.whose?.session) ?? job.id;
    try {
      const taken = await take(job.body);
      if (!taken.isTaken) {
        const { why, again: isAgain } = taken;
        tell({ type: "session.refused", session, why, isAgain });
        if (isAgain) job.back(Math.min(mostAgainMs, againMs * job.delivery));
        else await job.done();
        return;
      }
      // The queue may give it out once more.
      const run = read.isGood ? read.opening.run.id : "";
      const folder = read.isGood ? read.opening.cwd : "";
      if (!told.has(taken)) tell({ type: "session.took", session, run, folder });
      told.add(taken);
      onEnd();
      await taken.closed;
      await job.done();
    } finally {
      over.abort();
      onEnd();
    }
  };
}
