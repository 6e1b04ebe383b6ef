import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { count } from "../base/units.ts";
import { Fault } from "../base/fault.ts";
import { isEventType, parseEvent } from "../protocol/event.ts";
import { openForReading } from "./database.ts";
import { bodyOf, rowSchema } from "./event-row.ts";
import { homePaths } from "./home.ts";
import { storageFault } from "./storage-fault.ts";
import { versionOf } from "./upgrade.ts";

/** What is wrong with a record, and what to do about it. */
export interface LogProblem {
  code: "damaged" | "gap" | "unreadable" | "headless" | "unusable";
  message: string;
  remedy: string;
}

/** How the record of a home stands. What is only worth knowing is told beside the problems. */
export interface LogCheck {
  problems: LogProblem[];
  /** Version of its shape; 0 where there is no record. */
  version: number;
  events: number;
  lastSeq: number;
  /** Numbers that are missing although no run with them was pruned. */
  gaps: { from: number; to: number }[];
  /** Events of types that this version knows, whose body it cannot read. */
  unreadable: { seq: number; type: string }[];
  /** Types that this version does not know, with their number: kept, and shown as unknown. */
  unknown: Record<string, number>;
  /** Where the clock went back between two events. The order is that of the numbers, so nothing is wrong. */
  setBack: { seq: number; ms: number }[];
}

/**
 * Looks whether the record of a home is whole: the database, the row of numbers, each body against its schema, and that each
 * run begins with its opening. Changes nothing; a deck may be at work meanwhile. A home without a record has no problems.
 */
export async function checkLog(home: string): Promise<LogCheck> {
  const path = homePaths(home).database;
  const check: LogCheck = {
    problems: [],
    version: 0,
    events: 0,
    lastSeq: 0,
    gaps: [],
    unreadable: [],
    unknown: {},
    setBack: [],
  };
  if (!existsSync(path)) return check;
  try {
    const database = openForReading(path);
    try {
      check.version = versionOf(database);
      lookAtPages(database, path, check.problems);
      await readAll(database, check);
    } finally {
      database.close();
    }
  } catch (error) {
    // Of a deck that died in its first instant.
    if (error instanceof Fault && error.code === "home.empty") return check;
    const fault = storageFault(error, "could not read the record", path);
    check.problems.push({ code: "unusable", message: fault.message, remedy: fault.hint ?? fallback });
  }
  return check;
}

const fallback = "Move deck.db aside to start afresh; the events of each run are also in runs/<run>/events.ndjson.";

/** Above it, indexes are not held against their tables: that takes longer than anybody waits. */
const smallDatabase = 64 * 1024 * 1024;

function lookAtPages(database: DatabaseSync, path: string, problems: LogProblem[]): void {
  const pragma = statSync(path).size > smallDatabase ? "quick_check" : "integrity_check";
  const found = database
    .prepare(`PRAGMA ${pragma}(5)`)
    .all()
    .map((row) => String(Object.values(row)[0]));
  if (found.length === 1 && found[0] === "ok") return;
  const message = `the database is damaged: ${found.join("; ")}`;
  problems.push({ code: "damaged", message, remedy: fallback });
}

const pageRows = 500;
/** So many of a kind are named. */
const mostNamed = 20;
/** A clock that is kept by the network goes back by less all the time. */
const leastSetBackMs = 1000;

async function readAll(database: DatabaseSync, check: LogCheck): Promise<void> {
  const page = database.prepare(
    `SELECT seq, at, run, source, type, version, body FROM events WHERE seq > ? ORDER BY seq LIMIT ${pageRows}`,
  );
  const seen = new Set<string>();
  const headless = new Set<string>();
  const pruned = new Set<string>();
  let missing = 0;
  let excused = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (let rows = page.all(0); rows.length > 0; rows = page.all(check.lastSeq)) {
    for (const raw of rows) {
      const row = rowSchema.parse(raw);
      const { seq, at, run, type } = row;
      if (seq > check.lastSeq + 1) {
        missing += seq - check.lastSeq - 1;
        if (check.gaps.length < mostNamed) check.gaps.push({ from: check.lastSeq + 1, to: seq - 1 });
      }
      if (at < lastAt - leastSetBackMs && check.setBack.length < mostNamed)
        check.setBack.push({ seq, ms: lastAt - at });
      lastAt = at;
      check.lastSeq = seq;
      check.events += 1;
      if (!isEventType(type)) check.unknown[type] = (check.unknown[type] ?? 0) + 1;
      const event = parseEvent({ ...row, body: bodyOf(row.body) });
      if (isEventType(type) && event.type !== type) check.unreadable.push({ seq, type });
      if (event.type === "runs.pruned") {
        excused += event.body.events;
        for (const gone of event.body.runs) pruned.add(gone);
      }
      if (run !== "" && !seen.has(run) && type !== "run.opened") headless.add(run);
      seen.add(run);
    }
    // A long record must not keep the program from anything else.
    await setImmediate();
  }
  if (missing <= excused) check.gaps = [];
  else check.problems.push(gapProblem(check.gaps, missing - excused));
  if (check.unreadable.length > 0) check.problems.push(unreadableProblem(check.unreadable));
  const lost = [...headless].filter((run) => !pruned.has(run));
  if (lost.length > 0) check.problems.push(headlessProblem(lost));
}

const gapProblem = (gaps: LogCheck["gaps"], missing: number): LogProblem => ({
  code: "gap",
  message: `${count(missing, "event is", "events are")} missing from the record, at ${gaps
    .slice(0, 3)
    .map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`))
    .join(", ")}${gaps.length > 3 ? ", …" : ""}`,
  remedy:
    "Look for them in runs/<run>/events.ndjson and in deck.db.v* (a copy of before an upgrade). Go on with a run only if it does not matter.",
});

const unreadableProblem = (unreadable: LogCheck["unreadable"]): LogProblem => ({
  code: "unreadable",
  message: `${count(unreadable.length, "event")} cannot be read: ${unreadable
    .slice(0, 3)
    .map(({ seq, type }) => `${seq} (${type})`)
    .join(", ")}${unreadable.length > 3 ? ", …" : ""}`,
  remedy:
    "They are kept, and shown as unknown. If another version of Cyberdeck has written them, use that one for these runs.",
});

const headlessProblem = (runs: string[]): LogProblem => ({
  code: "headless",
  message: `${count(runs.length, "run")} without an opening: ${runs.slice(0, 3).join(", ")}`,
  remedy: "Such a run cannot be shown or resumed; its events are in runs/<run>/events.ndjson.",
});
