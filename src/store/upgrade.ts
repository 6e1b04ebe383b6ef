import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Fault } from "../base/fault.ts";
import { storageFault } from "./storage-fault.ts";

/** What leads a database from the version that is its index in the list to the next one. */
export type Step = (database: DatabaseSync) => void;

/** A record of an older version was brought up to date. */
export interface Upgrade {
  from: number;
  to: number;
  /** The file as it was before. */
  copy: string;
}

/**
 * Brings a database up step by step. Each step is in it wholly or not at all, with its version, so an upgrade that was
 * broken off goes on where it was. The file is copied first; without room for a copy nothing is changed.
 */
export function upgrade(database: DatabaseSync, path: string, steps: readonly Step[]): Upgrade | undefined {
  const from = versionOf(database);
  refuseVersion(from, path, { least: 0, known: steps.length });
  if (from === steps.length) return undefined;
  const copy = from === 0 ? undefined : copied(database, path, from);
  for (const [index, step] of steps.entries())
    transaction(database, () => {
      // Another deck may have taken the step meanwhile.
      if (versionOf(database) !== index) return;
      step(database);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  return copy === undefined ? undefined : { from, to: steps.length, copy };
}

/** Refuses a database of a version that this program cannot work with. */
export function refuseVersion(version: number, path: string, { least, known }: { least: number; known: number }): void {
  if (version > known)
    throw new Fault("storage", "storage.newer", `${path} was written by a newer Cyberdeck (shape ${version})`, {
      facts: { path, version, known },
      hint: "Update Cyberdeck, or name another folder with --home. Nothing was changed.",
    });
  if (version < least)
    throw new Fault("storage", "storage.older", `${path} was written by an older Cyberdeck (shape ${version})`, {
      facts: { path, version, known },
      hint: "Start or resume a run in this home once; that brings the record up to date.",
    });
}

export const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);

/** Runs `action` as one transaction: all of it is in the database afterwards, or nothing. */
export function transaction<T>(database: DatabaseSync, action: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const value = action();
    database.exec("COMMIT");
    return value;
  } catch (error) {
    // After some failures (a full disk) SQLite has rolled back by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Makes the copy whole or not at all, for its owner alone. One of an earlier try is as good. */
function copied(database: DatabaseSync, path: string, version: number): string {
  const copy = `${path}.v${version}`;
  if (existsSync(copy)) return copy;
  const draft = `${copy}.tmp`;
  try {
    rmSync(draft, { force: true, recursive: true });
    writeFileSync(draft, "", { flag: "wx", mode: 0o600 });
    database.prepare("VACUUM INTO ?").run(draft);
    renameSync(draft, copy);
    return copy;
  } catch (error) {
    rmSync(draft, { force: true, recursive: true });
    throw storageFault(
      error,
      `could not copy the record before it is brought up to date, into ${dirname(path)} as`,
      copy,
    );
  }
}
