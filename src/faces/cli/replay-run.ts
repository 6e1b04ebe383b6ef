import type { Clock } from "../../base/clock.ts";
import { flatEvent, type DeckEvent } from "../../protocol/event.ts";
import { foldEvent, openView } from "../../protocol/snapshot.ts";
import type { RunView } from "../../protocol/view.ts";
import { jsonLine } from "./json-lines.ts";
import type { Progress } from "./progress.ts";
import type { Sink } from "./sink.ts";

/** A place in a recorded run: the number of an event, or a moment as milliseconds since the epoch or since the opening. */
export type Mark = { seq: number } | { at: number } | { into: number };

export interface Replay {
  run: string;
  /** Of the home, in their order; those of other runs are passed over. */
  events: AsyncIterable<DeckEvent>;
  /** The first event that is shown; what was before is in the view. */
  from: Mark | undefined;
  /** The last one. */
  to: Mark | undefined;
  /** How often as fast as it happened; "max": without waiting. */
  speed: number | "max";
  /** The longest wait between two events, milliseconds. */
  idleMs: number;
  progress: Progress;
  /** Where the events go as JSON; without it they are only told. */
  json: Sink | undefined;
  /** Shows the recorded time to the progress while the replay waits. */
  time: ReplayClock;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends the replay. */
  signal: AbortSignal;
}

/** A clock that tells the time of a recorded run. */
export interface ReplayClock extends Clock {
  /** An event of this time is shown; the next one follows after `gap` of recorded time, at this speed. */
  reach(at: number, gap: number, speed: number): void;
}

/** Shows a recorded run in its order and at its pace; gives the view as it was at the end, and whether any event was shown. */
export async function replayRun(replay: Replay): Promise<{ view: RunView | undefined; isEmpty: boolean }> {
  const { speed, idleMs, progress, json, time, wait, signal } = replay;
  let view: RunView | undefined;
  let shownAt: number | undefined;
  for await (const event of replay.events) {
    if (event.run !== replay.run) continue;
    if (signal.aborted) break;
    if (view === undefined && event.type !== "run.opened") break;
    if (view !== undefined && isBehind(event, replay.to, view.openedAt)) break;
    const isShown = !isBefore(event, replay.from, view?.openedAt ?? event.at);
    if (isShown && shownAt !== undefined && speed !== "max") {
      // A clock that was set back while the run was recorded makes no wait.
      const gap = Math.max(0, event.at - shownAt);
      const ms = Math.min(gap / speed, idleMs);
      time.reach(shownAt, gap, ms === 0 ? 1 : gap / ms);
      await wait(ms, signal);
      if (signal.aborted) break;
    }
    if (view === undefined && event.type === "run.opened") view = openView(event);
    else if (view !== undefined) foldEvent(view, event);
    if (!isShown || view === undefined) continue;
    shownAt = event.at;
    time.reach(event.at, 0, 1);
    if (json !== undefined) await json.write(jsonLine(flatEvent(event)));
    progress.tell(event, view);
    if (event.type === "run.waiting") {
      progress.hold("The daemon WAITED FOR YOU", event.body.question);
      progress.release();
    }
  }
  return { view, isEmpty: shownAt === undefined };
}

/** A clock for `replayRun`, that goes by the time of another one. */
export function replayClock(clock: Clock): ReplayClock {
  let base = clock.now();
  let since = clock.monotonic();
  let most = Number.POSITIVE_INFINITY;
  let rate = 1;
  return {
    now: () => base + Math.min(most, (clock.monotonic() - since) * rate),
    monotonic: () => clock.monotonic(),
    after: (ms, action, signal) => clock.after(ms, action, signal),
    reach(at, gap, speed) {
      base = at;
      since = clock.monotonic();
      most = gap;
      rate = speed;
    },
  };
}

const isBefore = (event: DeckEvent, mark: Mark | undefined, openedAt: number): boolean =>
  mark !== undefined && ("seq" in mark ? event.seq < mark.seq : event.at < momentOf(mark, openedAt));

const isBehind = (event: DeckEvent, mark: Mark | undefined, openedAt: number): boolean =>
  mark !== undefined && ("seq" in mark ? event.seq > mark.seq : event.at > momentOf(mark, openedAt));

const momentOf = (mark: { at: number } | { into: number }, openedAt: number): number =>
  "at" in mark ? mark.at : openedAt + mark.into;
