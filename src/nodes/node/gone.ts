import { pause } from "../../base/clock.ts";
import type { Marker } from "../../process/marker.ts";
import { proveGone } from "../../process/proof.ts";
import type { NodeEvent } from "../../protocol/node.ts";

export interface GoneParts {
  /** Borne by everything that agents of this node have started, in whichever life. */
  mark: Marker;
  tell: (event: NodeEvent) => void;
  /** What to do about what cannot be ended. */
  hint: string;
}

/** For all looks of one try together, and the longest pause between two tries, milliseconds. */
const tryMs = 8000;
const mostPauseMs = 30_000;

/**
 * Ends what bears the mark, and resolves when nothing does: true. What cannot be ended is told, and looked for again after a while; false:
 * the signal has ended that. Never rejects.
 */
export async function untilGone({ mark, tell, hint }: GoneParts, signal: AbortSignal): Promise<boolean> {
  for (let waitMs = 1000; ; waitMs = Math.min(waitMs * 2, mostPauseMs)) {
    const { proven, found, survivors } = await proveGone([mark], tryMs);
    if (found.length > 0 || !proven)
      tell({ type: "left", processes: proven ? found : survivors, isGone: proven, hint: proven ? "" : hint });
    if (proven || signal.aborted) return proven;
    await pause(waitMs, signal);
  }
}
