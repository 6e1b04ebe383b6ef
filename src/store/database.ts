import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errnoOf, Fault } from "../base/fault.ts";
import { storageFault } from "./storage-fault.ts";

/** How long a statement waits for another process's lock, milliseconds. It blocks the event loop, so it is short. */
const busyMs = 2000;

/** In SQL: the events that tell how the account of the home stands. */
export const isOfAccount = "type IN ('account.held', 'account.released')";

/** Opens the database of a home for writing, making it or bringing it up to the shape that this version knows. */
export function openForWriting(path: string): DatabaseSync {
  return opened(path, () => {
    makePrivate(path);
    const database = new DatabaseSync(path, { timeout: busyMs });
    return prepared(database, () => {
      database.exec("PRAGMA journal_mode = WAL");
      transaction(database, () => upgrade(database, path));
      // No step of the shape: a home without it is only slower to open.
      database.exec(`CREATE INDEX IF NOT EXISTS account_states ON events (seq) WHERE ${isOfAccount}`);
    });
  });
}

/** Opens the database of a home for reading. Nothing is made: where there is none, that is a fault. */
export function openForReading(path: string): DatabaseSync {
  if (!existsSync(path)) throw nothingYet(path);
  return opened(path, () => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyMs });
    return prepared(database, () => {
      const version = versionOf(database);
      // A deck that died in its first instant leaves an empty file.
      if (version === 0) throw nothingYet(path);
      refuseUnknownVersion(version, path, schemaVersion);
    });
  });
}

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

/**
 * Each step leads from the version that is its index to the next one. Steps are only ever added: a home of any age is
 * brought up step by step.
 */
const steps: ((database: DatabaseSync) => void)[] = [
  (database) =>
    database.exec(`
      CREATE TABLE events (
        seq     INTEGER PRIMARY KEY,
        at      INTEGER NOT NULL,
        run     TEXT    NOT NULL,
        source  TEXT    NOT NULL,
        type    TEXT    NOT NULL,
        version INTEGER NOT NULL,
        body    TEXT    NOT NULL
      ) STRICT;
      CREATE INDEX events_of_run ON events (run, seq);
      CREATE INDEX runs_opened ON events (seq, run) WHERE type = 'run.opened';
    `),
  // What a day has cost is asked at each opening of a run, of a record that may hold months.
  (database) =>
    database.exec(`
      CREATE INDEX spending ON events (at, json_extract(body, '$.cost_usd')) WHERE type = 'agent.used';
    `),
];

const schemaVersion = steps.length;

function upgrade(database: DatabaseSync, path: string): void {
  const version = versionOf(database);
  refuseUnknownVersion(version, path, 0);
  if (version === schemaVersion) return;
  for (const step of steps.slice(version)) step(database);
  database.exec(`PRAGMA user_version = ${schemaVersion}`);
}

const nothingYet = (path: string): Fault =>
  new Fault("usage", "home.empty", `there are no runs yet in ${dirname(path)}`, {
    facts: { path },
    hint: 'Start one with: cyberdeck run "your goal", or name the folder of an earlier one with --home.',
  });

function refuseUnknownVersion(version: number, path: string, least: number): void {
  if (version > schemaVersion)
    throw new Fault("storage", "storage.newer", `${path} was written by a newer Cyberdeck (shape ${version})`, {
      facts: { path, version, known: schemaVersion },
      hint: "Update Cyberdeck, or name another folder with --home. Nothing was changed.",
    });
  if (version < least)
    throw new Fault("storage", "storage.older", `${path} was written by an older Cyberdeck (shape ${version})`, {
      facts: { path, version, known: schemaVersion },
      hint: "Start or resume a run in this home once; that brings the record up to date.",
    });
}

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);

/** The record may hold secrets. SQLite gives the files beside the database (-wal, -shm) the database's own mode. */
function makePrivate(path: string): void {
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

function opened(path: string, open: () => DatabaseSync): DatabaseSync {
  try {
    return open();
  } catch (error) {
    throw storageFault(error, "could not open the record", path);
  }
}

function prepared(database: DatabaseSync, prepare: () => void): DatabaseSync {
  try {
    prepare();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
