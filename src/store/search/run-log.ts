import type { DatabaseSync } from "node:sqlite";
import type { DeckEvent, EventType } from "../../protocol/event.ts";
import { parseEvent } from "../../protocol/event.ts";
import { openForReading } from "../database.ts";
import { eventOf } from "../event-row.ts";
import { homePaths } from "../home.ts";
import { storageFault } from "../storage-fault.ts";
import { breath, indexText, type SearchKind, type SearchedLog, type TextSearch } from "./full-text.ts";

/**
 * The log of one run as it stood when this was opened, for whoever asks about it. It can only be read: the database is open
 * for reading alone.
 */
export interface RunLog extends Disposable {
  readonly run: string;
  /** The last event that there was; 0 for a run that there is not. */
  readonly upTo: number;
  /** How many events the run has. */
  readonly count: number;
  /**
   * The events that make the run's view, but for what agents say and do in passing. What was used comes as one event for
   * each agent.
   */
  outline(): Promise<DeckEvent[]>;
  /** The events in whose texts the terms are found, best first. */
  search(terms: readonly string[][], limit: number): Promise<{ kind: SearchKind; events: DeckEvent[] }>;
  /** The newest events, oldest first. */
  newest(limit: number, wanted?: WantedEvents): DeckEvent[];
  /** An event with its neighbours, those of the same construct where it is about one; undefined when the run has none such. */
  around(seq: number, each: number): { event: DeckEvent; before: DeckEvent[]; after: DeckEvent[] } | undefined;
  /** The run that an event belongs to; undefined when there is no such event. */
  runOf(seq: number): string | undefined;
}

/** Which events are wanted: of these types alone, about this construct alone. */
export interface WantedEvents {
  types?: readonly EventType[];
  about?: string;
  /** A field with its value, such as `"failed":true`: in a body, quotes within texts are escaped, so this is the field itself. */
  field?: string;
}

const columns = "seq, at, run, source, type, version, body";

/** What agents say and do in passing, which no view is made of; a call that was denied counts. */
const inPassing = `(type IN ('construct.said', 'construct.thought', 'construct.tool_called', 'construct.tool_returned', 'construct.retrying', 'agent.used', 'agent.unknown')
  OR type GLOB 'pool.*' OR (type = 'gate.judged' AND body LIKE '%"decision":"allow"%'))`;

const pageRows = 500;

/** @param module of the full-text search; another than the usual one is for tests */
export function openRunLog(home: string, run: string, module?: string): RunLog {
  const path = homePaths(home).database;
  const database = openForReading(path);
  const read = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw storageFault(error, "could not read the record", path);
    }
  };
  const { upTo, count } = read(() => extentOf(database, run));
  let indexing: Promise<TextSearch> | undefined;
  const log: SearchedLog = { database, run, upTo };
  return {
    run,
    upTo,
    count,
    async outline() {
      const events: DeckEvent[] = [];
      const page = database.prepare(
        `SELECT ${columns} FROM events WHERE run = ? AND seq > ? AND seq <= ? AND NOT ${inPassing} ORDER BY seq LIMIT ${pageRows}`,
      );
      for (let from = 0; ;) {
        const rows = read(() => page.all(run, from, upTo).map(eventOf));
        events.push(...rows);
        const last = rows.at(-1);
        if (last === undefined || rows.length < pageRows) break;
        from = last.seq;
        await breath();
      }
      await breath();
      const sums = read(() => usedIn(log, events));
      return merged(events, sums);
    },
    async search(terms, limit) {
      indexing ??= indexText(log, module);
      const index = await indexing;
      const found = read(() => index.find(terms, limit));
      const one = database.prepare(`SELECT ${columns} FROM events WHERE seq = ?`);
      const events = read(() => found.flatMap((seq) => one.all(seq).map(eventOf)));
      return { kind: index.kind, events };
    },
    newest(limit, { types, about, field } = {}) {
      const conditions = ["run = ?", "seq <= ?", "type NOT GLOB 'watchdog.*'", "type NOT GLOB 'pool.*'"];
      const values: (string | number)[] = [run, upTo];
      if (types !== undefined) {
        conditions.push(`type IN (${types.map(() => "?").join(", ")})`);
        values.push(...types);
      } else conditions.push("type <> 'agent.used'");
      for (const part of [about === undefined ? undefined : `"construct":"${about}"`, field]) {
        if (part === undefined) continue;
        conditions.push("instr(body, ?) > 0");
        values.push(part);
      }
      const found = database.prepare(
        `SELECT ${columns} FROM events WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
      );
      return read(() => found.all(...values, limit).map(eventOf)).toReversed();
    },
    around(seq, each) {
      const row = read(() => database.prepare(`SELECT ${columns} FROM events WHERE run = ? AND seq = ?`).get(run, seq));
      if (row === undefined) return undefined;
      const event = eventOf(row);
      const construct = "construct" in event.body ? event.body.construct : undefined;
      const whose = construct === undefined ? "" : `"construct":${JSON.stringify(construct)}`;
      const beside = (condition: string): DeckEvent[] =>
        read(() =>
          database
            .prepare(
              `SELECT ${columns} FROM events WHERE run = ? AND (? = '' OR instr(body, ?) > 0) AND seq ${condition} LIMIT ?`,
            )
            .all(run, whose, whose, seq, each)
            .map(eventOf),
        );
      return { event, before: beside("< ? ORDER BY seq DESC").toReversed(), after: beside("> ? ORDER BY seq") };
    },
    runOf(seq) {
      const row = read(() => database.prepare("SELECT run FROM events WHERE seq = ?").get(seq));
      return row === undefined ? undefined : String(row["run"]);
    },
    [Symbol.dispose]() {
      if (database.isOpen) database.close();
    },
  };
}

function extentOf(database: DatabaseSync, run: string): { upTo: number; count: number } {
  const row = database
    .prepare("SELECT coalesce(max(seq), 0) AS last, count(*) AS n FROM events WHERE run = ?")
    .get(run);
  return { upTo: Number(row?.["last"]), count: Number(row?.["n"]) };
}

/** Puts each sum where the first of its events was: what ends an agent's work counts after all that it has used. */
function merged(events: readonly DeckEvent[], sums: readonly Sum[]): DeckEvent[] {
  const all: Sum[] = [...events.map((event) => ({ first: event.seq, event })), ...sums];
  return all.toSorted((one, other) => one.first - other.first).map(({ event }) => event);
}

interface Sum {
  first: number;
  event: DeckEvent;
}

/**
 * What each agent has used, as one event with the number of its last one; what was told after its end, as a second one: an
 * outcome has the sum of what was before.
 */
function usedIn({ database, run, upTo }: SearchedLog, events: readonly DeckEvent[]): Sum[] {
  database.exec("CREATE TABLE IF NOT EXISTS temp.ends (agent TEXT PRIMARY KEY, at_seq INTEGER) STRICT");
  const put = database.prepare("INSERT OR REPLACE INTO temp.ends (agent, at_seq) VALUES (?, ?)");
  for (const event of events) if (event.type === "construct.ended") put.run(event.body.construct, event.seq);
  const sum = (path: string): string => `sum(body->>'$.${path}')`;
  const rows = database
    .prepare(
      `SELECT min(seq) AS first, max(seq) AS seq, min(at) AS at, body->>'$.agent' AS who, body->>'$.role' AS role, max(body->>'$.model') AS model,
        ${sum("requests")} AS requests, ${sum("cost_usd")} AS cost_usd, ${sum("tokens.input")} AS input, ${sum("tokens.output")} AS output,
        ${sum("tokens.cache_read")} AS cache_read, ${sum("tokens.cache_written")} AS cache_written
       FROM events LEFT JOIN temp.ends ON ends.agent = body->>'$.agent'
       WHERE run = ? AND seq <= ? AND type = 'agent.used' GROUP BY who, role, at_seq IS NOT NULL AND seq > at_seq`,
    )
    .all(run, upTo);
  return rows.map(({ first, seq, at, who, role, model, requests, cost_usd, ...tokens }) => {
    const { input, output, cache_read, cache_written } = tokens;
    const body = { agent: who, role, model, requests, cost_usd, tokens: { input, output, cache_read, cache_written } };
    const envelope = { seq: Number(seq), at: Number(at), run, source: String(who), version: 1 };
    return { first: Number(first), event: parseEvent({ ...envelope, type: "agent.used", body }) };
  });
}
