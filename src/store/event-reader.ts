import type { DatabaseSync } from "node:sqlite";
import type { DeckEvent } from "../protocol/event.ts";
import type { EventPage, EventsWanted } from "../protocol/event-page.ts";
import { isOfAccount } from "./database.ts";
import { eventPages } from "./event-pages.ts";
import { eventOf } from "./event-row.ts";
import { homePaths } from "./home.ts";
import { storageFault } from "./storage-fault.ts";

/** Reads a record, also while another process writes it. */
export interface EventReader {
  readonly home: string;
  /** The events of a run in the order of their recording. What this version cannot read comes as `agent.unknown`. */
  eventsOf(run: string, afterSeq?: number): IterableIterator<DeckEvent>;
  /** The events of all runs. */
  eventsAfter(seq: number): IterableIterator<DeckEvent>;
  /** Some events of a run. It is found by an index, however long the run is. */
  pageOf(run: string, wanted: EventsWanted): EventPage;
  /** How many events a run has up to and with a sequence number. */
  countOf(run: string, upToSeq: number): number;
  /** How the account of the home was left: the last of its holds and releases. */
  lastOfAccount(): DeckEvent | undefined;
  /** The ids of all runs, newest first. */
  runs(): string[];
  /** What all runs have cost since then (milliseconds since the epoch), US dollars. */
  costSince(at: number): number;
  /** The highest sequence number; 0 when nothing is recorded. */
  lastSeq(): number;
  close(): void;
}

/** Rows that are read at a time. No cursor stays open between two pages, so a slow consumer holds nothing up. */
const pageRows = 500;

/** @param database as `openForReading` returns it; it is closed with the reader */
export function eventReader(database: DatabaseSync, home: string): EventReader {
  const columns = "seq, at, run, source, type, version, body";
  const ofRun = database.prepare(
    `SELECT ${columns} FROM events WHERE run = ? AND seq > ? ORDER BY seq LIMIT ${pageRows}`,
  );
  const ofAll = database.prepare(`SELECT ${columns} FROM events WHERE seq > ? ORDER BY seq LIMIT ${pageRows}`);
  const count = database.prepare("SELECT count(*) AS n FROM events WHERE run = ? AND seq <= ?");
  const opened = database.prepare("SELECT run FROM events WHERE type = 'run.opened' ORDER BY seq DESC");
  const cost = database.prepare(
    "SELECT coalesce(sum(json_extract(body, '$.cost_usd')), 0) AS usd FROM events WHERE type = 'agent.used' AND at >= ?",
  );
  const last = database.prepare("SELECT coalesce(max(seq), 0) AS n FROM events");

  const account = database.prepare(`SELECT ${columns} FROM events WHERE ${isOfAccount} ORDER BY seq DESC LIMIT 1`);

  const pageOf = eventPages(database);

  const read = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw storageFault(error, "could not read the record", homePaths(home).database);
    }
  };

  function* pages(page: (afterSeq: number) => unknown[], afterSeq: number): Generator<DeckEvent> {
    for (let from = afterSeq; ;) {
      const rows = read(() => page(from).map(eventOf));
      yield* rows;
      const end = rows.at(-1);
      if (end === undefined || rows.length < pageRows) return;
      from = end.seq;
    }
  }

  return {
    home,
    eventsOf: (run, afterSeq = 0) => pages((seq) => ofRun.all(run, seq), afterSeq),
    eventsAfter: (afterSeq) => pages((seq) => ofAll.all(seq), afterSeq),
    pageOf: (run, wanted) => read(() => pageOf(run, wanted)),
    countOf: (run, upToSeq) => read(() => Number(count.get(run, upToSeq)?.["n"])),
    lastOfAccount() {
      const row = read(() => account.get());
      return row === undefined ? undefined : eventOf(row);
    },
    runs: () => read(() => [...new Set(opened.all().map((row) => String(row["run"])))]),
    costSince: (at) => read(() => Number(cost.get(at)?.["usd"])),
    lastSeq: () => read(() => Number(last.get()?.["n"])),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}
