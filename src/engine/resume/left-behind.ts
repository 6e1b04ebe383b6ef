import { markerName } from "../../drivers/agent.ts";
import type { Marker } from "../../process/marker.ts";
import { proveGone, type Proof } from "../../process/proof.ts";
import type { RunView } from "../../protocol/view.ts";

/** The marks that processes of a run may bear that was cut off in the middle of its work. */
export function marksIn({ constructs, pool, daemon, tripwires }: RunView): string[] {
  const unended = Object.values(constructs).filter(({ outcome }) => outcome === null);
  // One that went on in another one's session has its processes, and with them its mark.
  const ids = unended.flatMap(({ id, parent }) => (parent === null ? [id] : [id, parent]));
  const others = [daemon.id, tripwires.author].filter((id) => id !== null);
  return [...new Set([...ids, ...Object.keys(pool.spares), ...others])];
}

/** Looks for whatever bears one of these marks and ends it, until nothing is left; bounded in time, never rejects. */
export async function proveMarksGone(marks: readonly string[], boundMs: number): Promise<Proof> {
  if (marks.length === 0) return { proven: true, looks: [0, 0], found: [], survivors: [] };
  return proveGone(marks.map(agentMarker), boundMs);
}

export const agentMarker = (value: string): Marker => ({ name: markerName, value });
