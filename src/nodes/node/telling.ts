import { freemem } from "node:os";
import { systemClock, type Clock } from "../../base/clock.ts";
import { readMemory } from "../../process/memory.ts";
import type { Entry } from "../hub/hub.ts";
import type { NodeTells } from "../wire/node-state.ts";

/** What of the state changes by itself is asked for at each telling. */
export type Telling = Omit<NodeTells, "freeMb">;

/** Keeps what the others of the fleet know of this node in step with it. */
export interface Teller {
  /** As it is now. */
  state(): NodeTells;
  /** Something may have changed: it is told, if it has. */
  changed(): void;
  /** Where it is told from now on; undefined: nowhere. */
  tellTo(entry: Pick<Entry<NodeTells>, "set"> | undefined): void;
  close(): void;
}

/** Memory is looked at no more often than this, and at least so often, milliseconds. */
const memoryMs = 5000;
const slowMs = 15_000;

/** Smaller changes of memory are none, megabytes. */
const memoryStep = 64;

export function tellerOf(now: () => Telling, clock: Clock = systemClock): Teller {
  let entry: Pick<Entry<NodeTells>, "set"> | undefined;
  let told = "";
  let freeMb = 0;
  let lookedAt = -Infinity;
  const over = new AbortController();

  const state = (): NodeTells => {
    if (clock.monotonic() - lookedAt >= memoryMs) {
      lookedAt = clock.monotonic();
      const free = (readMemory()?.free ?? freemem()) / 2 ** 20;
      freeMb = Math.floor(free / memoryStep) * memoryStep;
    }
    return { ...now(), freeMb };
  };
  const changed = (): void => {
    if (entry === undefined) return;
    const next = state();
    const text = JSON.stringify(next);
    if (text === told) return;
    told = text;
    entry.set(next);
  };
  const slowly = (): void => {
    changed();
    clock.after(slowMs, slowly, over.signal);
  };
  slowly();

  return {
    state,
    changed,
    tellTo(next) {
      entry = next;
      told = "";
      changed();
    },
    close: () => over.abort(),
  };
}
