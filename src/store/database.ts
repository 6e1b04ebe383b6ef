import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { errnoOf, Fault } from "../base/fault.ts";
import { constructIndex } from "./event-pages.ts";
import { storageFault } from "./storage-fault.ts";
import { refuseVersion, upgrade, versionOf, type Step, type Upgrade } from "./upgrade.ts";

/** How long a statement waits for another process's lock, milliseconds. It blocks the event loop, so it is short. */
const busyMs = 2000;

/** In SQL: the events that tell how the account of the home stands. */
export const isOfAccount = "type IN ('account.held', 'account.released')";

/** In SQL: what was asked of the watchdog, and what came of it. */
export const isOfWatchdog = "type GLOB 'watchdog.*'";

/**
 * Opens the database of a home for writing, making it or bringing it up to the shape that this version knows.
 * @param onUpgrade hears of a record that was of an older version
 */
export function openForWriting(path: string, onUpgrade: (upgrade: Upgrade) => void = () => undefined): DatabaseSync {
  return opened(path, () => {
    makePrivate(path);
    const database = new DatabaseSync(path, { timeout: busyMs });
    return prepared(database, () => {
      database.exec("PRAGMA journal_mode = WAL");
      const upgraded = upgrade(database, path, steps);
      // No steps of the shape: a home without them is only slower.
      database.exec(`CREATE INDEX IF NOT EXISTS account_states ON events (seq) WHERE ${isOfAccount}`);
      database.exec(`CREATE INDEX IF NOT EXISTS asks ON events (seq) WHERE ${isOfWatchdog}`);
      database.exec(constructIndex);
      if (upgraded !== undefined) onUpgrade(upgraded);
    });
  });
}

/** Opens the database of a home for reading. Nothing is made: where there is none, that is a fault. */
export function openForReading(path: string): DatabaseSync {
  if (!existsSync(path)) throw nothingYet(path);
  return opened(path, () => {
    const database = openReadOnly(path);
    return prepared(database, () => {
      const version = versionOf(database);
      // A deck that died in its first instant leaves an empty file.
      if (version === 0) throw nothingYet(path);
      refuseVersion(version, path, { least: schemaVersion, known: schemaVersion });
    });
  });
}

/**
 * Each step leads from the version that is its index to the next one. Steps are only ever added: a home of any age is
 * brought up step by step.
 */
const steps: readonly Step[] = [
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

/** The version of the shape that this program writes. */
export const schemaVersion = steps.length;

const nothingYet = (path: string): Fault =>
  new Fault("usage", "home.empty", `there are no runs yet in ${dirname(path)}`, {
    facts: { path },
    hint: 'Start one with: cyberdeck run "your goal", or name the folder of an earlier one with --home.',
  });

/**
 * SQLite makes a file beside the database even to read it. Where that cannot be made (a read-only disk, a backup on a
 * medium), the database is read as what cannot change; unless a deck has left something in its log, which would be missed.
 */
function openReadOnly(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyMs });
    return prepared(database, () => void versionOf(database));
  } catch (error) {
    const fault = storageFault(error, "could not open the record", path);
    if (fault.code !== "storage.unreachable" && fault.code !== "storage.read_only") throw fault;
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (log !== undefined && log.size > 0)
      throw new Fault("storage", "storage.read_only", `${path} cannot be read where it is: its folder is read-only`, {
        facts: { path },
        hint: "Its last deck did not end properly. Copy the whole folder to a place that may be written, and name that with --home.",
        cause: error,
      });
    const unchanging = pathToFileURL(path);
    unchanging.searchParams.set("immutable", "1");
    return new DatabaseSync(unchanging, { readOnly: true });
  }
}

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
