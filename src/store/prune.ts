import { lstat, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../base/fault.ts";
import type { PrunedRun, Pruning } from "../protocol/retention.ts";
import { foldRunEvents } from "../protocol/snapshot.ts";
import { summaryOf } from "../protocol/view.ts";
import type { Store } from "./event-log.ts";
import type { EventReader } from "./event-reader.ts";
import { homePaths, runPath } from "./home.ts";
import { storageFault } from "./storage-fault.ts";

export interface PruneOrder {
  /** Milliseconds since a run's last event. */
  olderThanMs: number;
  /** So many of the newest runs stay in any case. */
  keep: number;
  /** Runs that are open in a deck. */
  open: readonly string[];
  now: number;
}

/** What there is to remove, by the record. Only what is over for good is: a run that waits or is paused may be gone on with. */
export async function prunable(reader: EventReader, order: PruneOrder): Promise<Pruning> {
  const plan: Pruning = { applied: false, runs: [], unfinished: [], kept: 0, shrunk: false };
  // In the order of the record: the clock may have been set back.
  for (const [index, run] of reader.runs().entries()) {
    let bytes = 0;
    let events = 0;
    const view = foldRunEvents(
      (function* () {
        for (const event of reader.eventsOf(run)) {
          events += 1;
          bytes += JSON.stringify(event.body).length;
          yield event;
        }
      })(),
    );
    const isOld = view !== undefined && order.now - view.lastAt >= order.olderThanMs;
    if (!isOld || index < order.keep) {
      plan.kept += 1;
      continue;
    }
    const isOver = view.closedAt !== null && over.has(view.status) && !order.open.includes(run);
    if (!isOver) {
      plan.unfinished.push(run);
      continue;
    }
    const { goal } = summaryOf(view);
    bytes += await sizeOf(runPath(reader.home, run));
    plan.runs.push({ run, goal, status: view.status, last_at: view.lastAt, events, bytes });
  }
  return plan;
}

const over = new Set<PrunedRun["status"]>(["done", "failed", "stopped"]);

/**
 * Removes runs: folders and events. A folder is put aside first and deleted last, so that whatever happens in between, a later
 * pruning knows by the record whether it is still wanted.
 * @param isAlone no deck works in this home, so the file may be made smaller
 */
export async function prune(store: Store, order: PruneOrder, isAlone: boolean): Promise<Pruning> {
  const { home } = store;
  await settleAside(store);
  const plan = await prunable(store, order);
  if (plan.runs.length === 0) return { ...plan, applied: true };
  const runs = plan.runs.map(({ run }) => run);
  for (const run of runs) await moved(runPath(home, run), asideOf(home, run));
  try {
    store.removeRuns(runs);
  } catch (error) {
    for (const run of runs) await moved(asideOf(home, run), runPath(home, run));
    throw error;
  }
  for (const run of runs) await removed(asideOf(home, run));
  if (isAlone) store.shrink();
  return { ...plan, applied: true, shrunk: isAlone };
}

const asidePrefix = ".pruned-";
const asideOf = (home: string, run: string): string => join(homePaths(home).runs, `${asidePrefix}${run}`);

/** Finishes what an earlier pruning was kept from: a folder whose run is on record goes back, any other one goes. */
async function settleAside(store: Store): Promise<void> {
  const runs = new Set(store.runs());
  for (const name of await namesIn(homePaths(store.home).runs)) {
    if (!name.startsWith(asidePrefix)) continue;
    const run = name.slice(asidePrefix.length);
    if (runs.has(run)) await moved(asideOf(store.home, run), runPath(store.home, run));
    else await removed(join(homePaths(store.home).runs, name));
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw storageFault(error, "could not read", folder);
  }
}

async function moved(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // The netrunner may have removed the folder by hand.
    if (errnoOf(error) !== "ENOENT") throw storageFault(error, "could not move", from);
  }
}

async function removed(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw storageFault(error, "could not remove", path);
  }
}

/** Bytes of the files in a folder; links are not followed. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw storageFault(error, "could not read", folder);
  }
  return bytes;
}
