import { errnoOf } from "../base/fault.ts";
import type { Scene } from "./census.ts";
import { type ProcessEntry, type ProcessTable, sameProcess } from "./entry.ts";

/** Signals one process, if it is still the one that was seen: between a look and a signal, its number may be another's. */
export async function signalProcess(table: ProcessTable, seen: ProcessEntry, signal: NodeJS.Signals): Promise<void> {
  if (seen.pid <= 1 || seen.pid === process.pid) return;
  const now = await find(table, seen.pid);
  if (now !== undefined && sameProcess(now, seen)) send(seen.pid, signal);
}

/** Signals all of a scene: each group at once, then each process that is in none; with `each`, every process by itself too. */
export async function signalScene(
  table: ProcessTable,
  scene: Scene,
  signal: NodeJS.Signals,
  each: "each" | "outside groups",
): Promise<void> {
  const reached = new Set<number>();
  for (const group of scene.groups) if (await signalGroup(table, scene, group, signal)) reached.add(group);
  for (const entry of scene.alive)
    if (each === "each" || !reached.has(entry.group)) await signalProcess(table, entry, signal);
}

/** A group's number stays ours as long as one member that we know is still in it. */
async function signalGroup(table: ProcessTable, scene: Scene, group: number, signal: NodeJS.Signals): Promise<boolean> {
  if (group <= 1) return false;
  for (const member of scene.alive) {
    if (member.group !== group) continue;
    const now = await find(table, member.pid);
    if (now === undefined || !sameProcess(now, member) || now.group !== group) continue;
    send(-group, signal);
    return true;
  }
  return false;
}

/** Who cannot be looked at now is not signalled now. */
const find = (table: ProcessTable, pid: number): Promise<ProcessEntry | undefined> =>
  table.find(pid).catch(() => undefined);

/** Signals a process or, by its negative number, a group; quietly, if there is none or it belongs to another user. */
export function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    // Gone, or of another user. The next look tells which: only what it does not find counts as stopped.
    if (!["ESRCH", "EPERM"].includes(errnoOf(error) ?? "")) throw error;
  }
}
