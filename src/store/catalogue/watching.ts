import { statSync, watch, type FSWatcher } from "node:fs";
import { basename } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { errnoOf, messageOf } from "../../base/fault.ts";
import { joined, type Catalogue } from "./catalogue.ts";

export interface WatchingParts {
  catalogues: readonly Pick<Catalogue<unknown>, "look" | "watched">[];
  clock: Clock;
  /** A folder cannot be watched; what is used is looked at all the same. Told once. */
  onProblem: (message: string) => void;
}

/** Editors write in several steps: so long is waited for the rest of them, milliseconds. */
const settleMs = 50;

/** Has catalogues look again when something changes in their folders, also in ones that come later. */
export function watchCatalogues({ catalogues, clock, onProblem }: WatchingParts): Disposable {
  const watches = new Map<string, Watch>();
  let pending: Disposable | undefined;
  let hasTold = false;
  let isOver = false;

  const tellOnce = (folder: string, error: unknown): void => {
    if (!hasTold) onProblem(`${folder} cannot be watched, so edits there count at the next spawn: ${messageOf(error)}`);
    hasTold = true;
  };

  const drop = (folder: string): void => {
    watches.get(folder)?.watcher.close();
    watches.delete(folder);
  };

  const schedule = (): void => {
    if (isOver) return;
    pending ??= clock.after(settleMs, () => {
      pending = undefined;
      refresh();
    });
  };

  const begin = (folder: string, identity: string): boolean => {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        const names = watches.get(folder)?.names;
        // Its own name: it has been removed or moved away, and is watched no more whatever comes in its place.
        if (name === basename(folder)) {
          drop(folder);
          schedule();
          return;
        }
        if (name === null || names === "all" || names?.has(name) === true) schedule();
      });
      watcher.on("error", (error) => {
        drop(folder);
        tellOnce(folder, error);
      });
      watches.set(folder, { watcher, identity, names: "all" });
      return true;
    } catch (error) {
      // One that has just gone is noticed in the folder above.
      if (errnoOf(error) !== "ENOENT") tellOnce(folder, error);
      return false;
    }
  };

  /** True when a folder is watched that was not: what happened in it before is still to be looked at. */
  const arm = (): boolean => {
    const wanted = new Map<string, ReadonlySet<string> | "all">();
    for (const catalogue of catalogues)
      for (const [folder, names] of catalogue.watched()) wanted.set(folder, joined(wanted.get(folder), names));
    let isNew = false;
    for (const [folder, { identity }] of watches)
      if (!wanted.has(folder) || identityOf(folder) !== identity) drop(folder);
    for (const [folder, names] of wanted) {
      const identity = identityOf(folder);
      if (identity === undefined) continue;
      if (!watches.has(folder)) isNew = begin(folder, identity) || isNew;
      const known = watches.get(folder);
      if (known !== undefined) known.names = names;
    }
    return isNew;
  };

  const refresh = (): void => {
    for (let round = 0; round < mostRounds && arm(); round += 1);
    for (const { look } of catalogues) look();
  };

  refresh();
  return {
    [Symbol.dispose]() {
      isOver = true;
      pending?.[Symbol.dispose]();
      for (const folder of watches.keys()) drop(folder);
    },
  };
}

interface Watch {
  watcher: FSWatcher;
  /** A folder that is made anew under the same name is another one. */
  identity: string;
  names: ReadonlySet<string> | "all";
}

/** Each round can find folders in those of the round before; a place has three levels. */
const mostRounds = 5;

/** A number alone is given again to the next folder that is made. */
function identityOf(folder: string): string | undefined {
  try {
    const stats = statSync(folder, { bigint: true, throwIfNoEntry: false });
    return stats && `${stats.dev} ${stats.ino} ${stats.birthtimeNs}`;
  } catch {
    // A folder that may not be looked at cannot be watched either.
    return undefined;
  }
}
