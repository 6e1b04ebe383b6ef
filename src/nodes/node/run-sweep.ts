import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { readState, statePath } from "./shelf-state.ts";

export interface SweepParts {
  /** The node's own folder. */
  data: string;
  clock: Clock;
  /** How long a folder stays that nobody uses, milliseconds: when the host has all of it, and when not. */
  times: { keptMs: number; unsentMs: number };
  /** The runs that are open on the host; undefined: that is not known now, and nothing is removed. */
  openRuns: () => ReadonlySet<string> | undefined;
  inUse: (run: string) => boolean;
}

export interface Sweeping {
  /** Removes what is due, and looks again when the next one is. */
  look(): void;
  close(): void;
}

/** Removes the folders of runs that are over. Nothing here is the only copy, but for what the host could not be given. */
export function sweeping({ data, clock, times, openRuns, inUse }: SweepParts): Sweeping {
  const over = new AbortController();
  let isLooking = false;
  let isWanted = false;
  let next: Disposable | undefined;

  /** When it may go, milliseconds since the epoch. */
  const dueAt = async (run: string): Promise<number> => {
    const state = await readState(data, run);
    if (state !== undefined) return state.usedAt + (state.isWhole ? times.keptMs : times.unsentMs);
    return (await stat(join(data, "runs", run))).mtimeMs + times.unsentMs;
  };
  const lookAtAll = async (): Promise<void> => {
    let soonest = Infinity;
    for (const run of await readdir(join(data, "runs")).catch(() => [])) {
      const open = openRuns();
      if (over.signal.aborted || open === undefined) return;
      if (open.has(run) || inUse(run)) continue;
      const at = await dueAt(run);
      // A session may have come while we looked.
      if (at > clock.now() || inUse(run)) soonest = Math.min(soonest, at);
      else await removeAll(run);
    }
    next?.[Symbol.dispose]();
    // A timer takes no more than this; it looks again then.
    const waitMs = Math.min(longestTimer, Math.max(leastPauseMs, soonest - clock.now()));
    if (soonest !== Infinity) next = clock.after(waitMs, look, over.signal);
  };
  const removeAll = async (run: string): Promise<void> => {
    await rm(join(data, "runs", run), { recursive: true, force: true });
    await rm(statePath(data, run), { force: true });
  };
  const look = (): void => {
    isWanted = true;
    if (isLooking || over.signal.aborted) return;
    isLooking = true;
    const lookOn = async (): Promise<void> => {
      while (isWanted && !over.signal.aborted) {
        isWanted = false;
        await lookAtAll().catch(() => "what cannot be removed now is looked at with the next run that is over");
      }
      isLooking = false;
    };
    void lookOn();
  };

  return {
    look,
    close() {
      over.abort();
      next?.[Symbol.dispose]();
    },
  };
}

const leastPauseMs = 1000;
const longestTimer = 24 * 3_600_000;
