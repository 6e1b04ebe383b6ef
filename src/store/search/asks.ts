import { foldAsk } from "../../protocol/fold-watchdog.ts";
import type { AskView } from "../../protocol/watchdog.ts";
import { openForReading } from "../database.ts";
import { eventOf } from "../event-reader.ts";
import { homePaths } from "../home.ts";
import { storageFault } from "../storage-fault.ts";

/** The latest questions that were asked in a home, or about one run, oldest first, with what came of them. */
export function asksOnRecord(home: string, run: string | undefined, most: number): AskView[] {
  const path = homePaths(home).database;
  const database = openForReading(path);
  try {
    const rows = database
      .prepare(
        `SELECT seq, at, run, source, type, version, body FROM events
         WHERE type GLOB 'watchdog.*' AND (? = '' OR run = ?) ORDER BY seq`,
      )
      .all(run ?? "", run ?? "");
    const asks: AskView[] = [];
    for (const row of rows) foldAsk(asks, eventOf(row), most);
    return asks;
  } catch (error) {
    throw storageFault(error, "could not read the record", path);
  } finally {
    database.close();
  }
}
