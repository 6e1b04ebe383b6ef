import { open, type FileHandle } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { type Clock, systemClock } from "../base/clock.ts";
import type { DeckEvent, EventDraft } from "../protocol/event.ts";
import { errnoOf } from "../base/fault.ts";
import { openForReading, openForWriting } from "./database.ts";
import { type EventReader, eventReader } from "./event-reader.ts";
import { ensureHome, homePaths } from "./home.ts";
import { redactor, type Redactor } from "./redaction/redactor.ts";
import { type SealedEvent, seal } from "./sealed-event.ts";
import { storageFault } from "./storage-fault.ts";
import { transaction, type Upgrade } from "./upgrade.ts";

/** The record of a home. Writing is for whoever holds the home's lock (`acquireLock`). */
export interface Store extends EventReader {
  /** Takes secrets out of everything that is written in this home. */
  readonly redactor: Redactor;
  /** Records events in one transaction, stamped with the time of the call. `synced`: on disk when it returns. */
  append(drafts: EventDraft[], options: { synced: boolean }): DeckEvent[];
  /** The same for events that have their time already. */
  write(sealed: SealedEvent[], options: { synced: boolean }): DeckEvent[];
  /** Resolves when all that was recorded before the call is on disk. Nobody waits for the disk but the one who has asked. */
  sync(): Promise<void>;
  /** Takes runs out of the record, and records that, all in one transaction. Gives the number of events that are gone. */
  removeRuns(runs: string[]): number;
  /** Makes the file as small as its content. It takes as long as it takes to write it, and must not be done beside a run. */
  shrink(): void;
}

/**
 * Opens the record of a home, making both if they are not there.
 * @param secrets values that must never be written, such as the keys in the deck's environment
 */
export function openStore(home: string, clock: Clock = systemClock, secrets: readonly string[] = []): Store {
  ensureHome(home);
  let upgraded: Upgrade | undefined;
  const database = openForWriting(homePaths(home).database, (upgrade) => {
    upgraded = upgrade;
  });
  const store = storeOf(database, home, clock, redactor(secrets));
  if (upgraded !== undefined)
    store.append([{ type: "record.upgraded", run: "", source: "engine", body: upgraded }], { synced: true });
  return store;
}

/** Opens the record of a home for reading; a home without one is a fault, and nothing is made. */
export function openStoreToRead(home: string): EventReader {
  return eventReader(openForReading(homePaths(home).database), home);
}

/** @param database as `openForWriting` returns it; it is closed with the store */
export function storeOf(database: DatabaseSync, home: string, clock: Clock, redacting: Redactor = redactor()): Store {
  const reader = eventReader(database, home);
  const insert = database.prepare(
    "INSERT INTO events (at, run, source, type, version, body) VALUES (?, ?, ?, ?, ?, ?)",
  );
  let syncing: boolean | undefined;

  const write = (sealed: SealedEvent[], options: { synced: boolean }): DeckEvent[] => {
    if (sealed.length === 0) return [];
    try {
      // In WAL mode a NORMAL commit survives the end of the process, a FULL one also the end of the power; a FULL one
      // takes all earlier commits along, since the log is one file.
      if (syncing !== options.synced) database.exec(`PRAGMA synchronous = ${options.synced ? "FULL" : "NORMAL"}`);
      syncing = options.synced;
      return transaction(database, () =>
        sealed.map((event) => {
          const { at, run, source, type, version, body } = event;
          return event.numbered(Number(insert.run(at, run, source, type, version, body).lastInsertRowid));
        }),
      );
    } catch (error) {
      throw storageFault(error, `could not record ${sealed.length} event(s) in`, homePaths(home).database);
    }
  };

  const remove = database.prepare("DELETE FROM events WHERE run = ?");
  const guarded = <T>(what: string, action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw storageFault(error, what, homePaths(home).database);
    }
  };

  return {
    ...reader,
    redactor: redacting,
    write,
    async sync() {
      try {
        await syncLog(homePaths(home).database);
      } catch (error) {
        throw storageFault(error, "could not record in", homePaths(home).database);
      }
    },
    removeRuns(runs) {
      const events = runs.reduce((sum, run) => sum + reader.countOf(run, Number.MAX_SAFE_INTEGER), 0);
      return guarded("could not remove runs from", () => {
        database.exec("PRAGMA synchronous = FULL");
        syncing = true;
        return transaction(database, () => {
          // Recorded first: it has the highest number, so none is ever given twice.
          const body = { runs, events };
          const { at, run, source, type, version, ...note } = seal(
            { type: "runs.pruned", run: "", source: "netrunner", body },
            clock.now(),
            redacting,
          );
          insert.run(at, run, source, type, version, note.body);
          for (const one of runs) remove.run(one);
          return events;
        });
      });
    },
    shrink: () => guarded("could not shrink", () => database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")),
    append: (drafts, options) =>
      write(
        drafts.map((draft) => seal(draft, clock.now(), redacting)),
        options,
      ),
  };
}

/** What was committed since the last checkpoint is in the log beside the database, and a checkpoint syncs by itself. */
async function syncLog(database: string): Promise<void> {
  let log: FileHandle;
  try {
    log = await open(`${database}-wal`, "r+");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    // Where a file system cannot have such a log, commits sync by themselves.
    return;
  }
  try {
    await log.datasync();
  } finally {
    await log.close();
  }
}
