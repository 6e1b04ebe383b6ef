import type { DatabaseSync } from "node:sqlite";
import { Fault } from "../base/fault.ts";
import { type DeckEvent, parseEvent } from "../protocol/event.ts";
import { isOfAccount } from "./database.ts";
import { bodyOf, rowSchema } from "./event-row.ts";
import { homePaths } from "./home.ts";
import { storageFault } from "./storage-fault.ts";

/** Reads a record, also while another process writes it. */
export interface EventReader {
  readonly home: string;
  /** The events of a run in the order of their recording. What this version cannot read comes as `agent.unknown`. */
  eventsOf(run: string, afterSeq?: number): IterableIterator<DeckEvent>;
  /** The events of all runs. */
  eventsAfter(seq: number): IterableIterator<DeckEvent>;
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

/** A row of the table of events as the event that it is. */
export function eventOf(row: unknown): DeckEvent {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success)
    throw new Fault("storage", "storage.damaged", "the table of events does not have the columns that it should have", {
      hint: "Move deck.db aside to start afresh; the events of each run are also in runs/<run>/events.ndjson.",
      cause: parsed.error,
    });
  return parseEvent({ ...parsed.data, body: bodyOf(parsed.data.body) });
}
