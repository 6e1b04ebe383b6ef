import type { DatabaseSync } from "node:sqlite";
import { foldAsk } from "../../protocol/fold-watchdog.ts";
import type { AskView } from "../../protocol/watchdog.ts";
import { isOfWatchdog, openForReading } from "../database.ts";
import { eventOf } from "../event-row.ts";
import { homePaths } from "../home.ts";
import { storageFault } from "../storage-fault.ts";

/** The latest questions that were asked in a home, or about one run, oldest first, with what came of them. */
export function asksOnRecord(home: string, run: string | undefined, most: number): AskView[] {
  return inRecord(home, (database) => {
    const rows = database
      .prepare(
        `SELECT seq, at, run, source, type, version, body FROM events
         WHERE ${isOfWatchdog} AND (? = '' OR run = ?) ORDER BY seq`,
      )
      .all(run ?? "", run ?? "");
    const asks: AskView[] = [];
    for (const row of rows) foldAsk(asks, eventOf(row), most);
    return asks;
  });
}

/** The run in which a construct was started; undefined when there is none such. */
export function runOfConstruct(home: string, construct: string): string | undefined {
  return inRecord(home, (database) => {
    const row = database
      .prepare(
        "SELECT run FROM events WHERE type = 'construct.queued' AND instr(body, ?) > 0 ORDER BY seq DESC LIMIT 1",
      )
      .get(`"construct":${JSON.stringify(construct)}`);
    return row === undefined ? undefined : String(row["run"]);
  });
}

function inRecord<T>(home: string, read: (database: DatabaseSync) => T): T {
  const path = homePaths(home).database;
  const database = openForReading(path);
  try {
    return read(database);
  } catch (error) {
    throw storageFault(error, "could not read the record", path);
  } finally {
    database.close();
  }
}
