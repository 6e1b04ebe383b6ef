import { pause } from "../base/clock.ts";
import { createCensus } from "./census.ts";
import type { ProcessTable } from "./entry.ts";
import type { Marker } from "./marker.ts";
import { stopBearers } from "./stop.ts";
import { systemTable } from "./table.ts";

/** What was looked for, and what was found. */
export interface Proof {
  /** The last two looks found nothing. */
  proven: boolean;
  /** How many processes each look found, in order; null where the process table could not be read. */
  looks: (number | null)[];
  /** Everything that any look has found. */
  found: { pid: number; command: string }[];
  survivors: { pid: number; command: string }[];
}

/**
 * Looks for whatever bears one of these markers, or hangs together with a bearer, until two looks in a row have found nothing;
 * what a look finds is killed. Bounded in time, never rejects.
 */
export async function proveGone(
  markers: readonly Marker[],
  boundMs: number,
  table: ProcessTable = systemTable(),
): Promise<Proof> {
  const censuses = markers.map((marker) => ({ marker, census: createCensus(table, marker) }));
  const looks: Proof["looks"] = [];
  const seen = new Map<number, string>();
  const since = performance.now();
  for (;;) {
    // Asked for together, all of them are answered from one reading of the table.
    const scenes = await Promise.all(
      censuses.map(async ({ marker, census }) => ({ marker, scene: await census.look().catch(() => undefined) })),
    );
    const alive = new Map(scenes.flatMap(({ scene }) => scene?.alive.map((entry) => [entry.pid, entry.command]) ?? []));
    for (const [pid, command] of alive) seen.set(pid, command);
    const found = listed(seen);
    const isBlind = scenes.some(({ scene }) => scene === undefined);
    looks.push(isBlind ? null : alive.size);
    if (looks.length > 1 && looks.slice(-2).every((found) => found === 0))
      return { proven: true, looks, found, survivors: [] };
    const left = since + boundMs - performance.now();
    if (left <= 0) return { proven: false, looks, found, survivors: listed(alive) };
    const bearing = scenes.filter(({ scene }) => scene !== undefined && scene.alive.length > 0);
    await Promise.all(
      bearing.map(({ marker }) => stopBearers(marker, { termMs: 0, killMs: Math.min(left, 2000) }, table)),
    );
    await pause(betweenLooksMs);
  }
}

const listed = (processes: ReadonlyMap<number, string>): Proof["found"] =>
  Array.from(processes, ([pid, command]) => ({ pid, command }));

/** Long enough that what a look has missed, because it was being started, shows itself in the next. */
const betweenLooksMs = 10;
