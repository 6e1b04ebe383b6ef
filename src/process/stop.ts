import { setImmediate as nextTurn } from "node:timers/promises";
import { pause } from "../base/clock.ts";
import { type Census, createCensus, type Scene } from "./census.ts";
import type { Child } from "./child.ts";
import type { ProcessTable } from "./entry.ts";
import { freeze, tryLook } from "./freeze.ts";
import type { Marker } from "./marker.ts";
import { createPace, type Pace } from "./pace.ts";
import type { StopLimits, StopReport } from "./report.ts";
import { send, signalScene } from "./signals.ts";
import { systemTable } from "./table.ts";

/**
 * Ends a child and everything that it has started, in bounded steps: end of input, SIGTERM, then freeze and SIGKILL until
 * nothing is left. Never rejects. Calls for the same child share one stop; a later one can make it hurry. A stop that could
 * not be proven may be tried again.
 */
export function stopTree(child: Child, limits: StopLimits, table: ProcessTable = child.table): Promise<StopReport> {
  if (child.stopping !== undefined) {
    child.stopping.hurry(limits);
    return child.stopping.report;
  }
  const pace = createPace(limits);
  const report = stopChild(child, table, pace).then((result) => {
    if (!result.proven) child.stopping = undefined;
    return result;
  });
  child.stopping = { report, hurry: (other) => pace.hurry(other) };
  return report;
}

/** Ends everything that bears the marker: what a dead deck has left behind, whose child objects nobody has any more. */
export function stopBearers(
  marker: Marker,
  limits: Omit<StopLimits, "graceMs">,
  table: ProcessTable = systemTable(),
): Promise<StopReport> {
  const target = { table, census: createCensus(table, marker), root: undefined };
  return end(target, createPace({ ...limits, graceMs: 0 }));
}

interface Target {
  table: ProcessTable;
  census: Census;
  root: Child | undefined;
}

async function stopChild(child: Child, table: ProcessTable, pace: Pace): Promise<StopReport> {
  const isStarted = await child.started.then(
    () => true,
    () => false,
  );
  if (!isStarted) return { proven: true, survivors: [] };
  if (pace.limits.graceMs > 0) {
    const since = performance.now();
    child.stdin.end();
    while (child.exit === undefined && pace.left("graceMs", since) > 0)
      await pace.nap(pace.left("graceMs", since), child.signal);
  }
  return end({ table, census: child.census, root: child }, pace);
}

async function end(target: Target, pace: Pace): Promise<StopReport> {
  if (await isOver(target)) return { proven: true, survivors: [] };
  if (pace.limits.termMs > 0) {
    const since = performance.now();
    await signalAll(target, await tryLook(target.census), "SIGTERM", "outside groups");
    for (let nap = 5; pace.left("termMs", since) > 0; nap = Math.min(50, nap * 2)) {
      if (await isOver(target)) return { proven: true, survivors: [] };
      await pace.nap(Math.min(nap, pace.left("termMs", since)));
    }
  }
  return kill(target, pace);
}

async function kill(target: Target, pace: Pace): Promise<StopReport> {
  const since = performance.now();
  for (let nap = 2; ; nap = Math.min(50, nap * 2)) {
    // Stopped first: killed one by one, a forking loop would be faster.
    await signalAll(target, (await freeze(target)).scene, "SIGKILL", "each");
    if (await isOver(target)) return { proven: true, survivors: [] };
    if (pace.left("killMs", since) <= 0) return { proven: false, survivors: await survivors(target) };
    await pace.nap(nap);
  }
}

async function signalAll(
  { table, root }: Target,
  scene: Scene | undefined,
  signal: NodeJS.Signals,
  each: "each" | "outside groups",
): Promise<void> {
  if (scene !== undefined && scene.alive.length > 0) await signalScene(table, scene, signal, each);
  // The table is blind, but as long as the child's exit has not been read, its number and its group's cannot be another's.
  else if (root?.pid !== undefined && root.exit === undefined) send(-root.pid, signal);
}

/** Two looks, because a look is not a photograph: a process can start another behind its back and be gone itself. */
async function isOver({ census, root }: Target): Promise<boolean> {
  for (let looks = 0; looks < 2; looks += 1) {
    const scene = await tryLook(census);
    if (scene === undefined || scene.alive.length > 0) return false;
    await nextTurn();
  }
  if (root === undefined) return true;
  // At most a zombie is left of it, whose exit is about to be read; whoever is told "stopped" should find it recorded.
  await pause(exitMs, root.signal);
  return root.exit !== undefined;
}

/** From the death of a process until Node tells of it: well under a millisecond, unless the machine is overloaded. */
const exitMs = 250;

async function survivors(target: Target): Promise<StopReport["survivors"]> {
  const { table, root } = target;
  const scene = await tryLook(target.census);
  const found: StopReport["survivors"] = [];
  for (const { pid, command } of scene?.alive ?? []) {
    const now = await table.find(pid).catch(() => undefined);
    found.push({ pid, command: now?.command ?? command });
  }
  if (root?.pid !== undefined && root.exit === undefined && !found.some(({ pid }) => pid === root.pid))
    found.push({ pid: root.pid, command: "unknown" });
  return found;
}
