import type { DatabaseSync } from "node:sqlite";

/** How words are looked for: with an index, or, in an SQLite without FTS5, by going through the texts. */
export type SearchKind = "fts5" | "scan";

/** A search over the texts of one run's events up to a sequence number. */
export interface TextSearch {
  readonly kind: SearchKind;
  /** Sequence numbers of the events that match any of the terms, best first. */
  find(terms: readonly string[][], limit: number): number[];
}

export interface SearchedLog {
  database: DatabaseSync;
  run: string;
  upTo: number;
}

/** Events that are taken into the index at a time: it costs some 15 ms, then others may do something. */
const rowsAtATime = 4000;

/** What of an event is text that a person would look for. Keys would match every event of a type, so they stay out of the common ones. */
const textOf = `CASE type
  WHEN 'construct.said' THEN body->>'$.text'
  WHEN 'construct.thought' THEN body->>'$.text'
  WHEN 'construct.tool_returned' THEN body->>'$.text'
  WHEN 'construct.tool_called' THEN concat_ws(' ', body->>'$.tool', body->>'$.input')
  WHEN 'gate.judged' THEN concat_ws(' ', body->>'$.tool', body->>'$.input', body->>'$.decision', body->>'$.rule', body->>'$.reason')
  ELSE replace(replace(body, '\\n', ' '), '\\t', ' ') END`;

/** Counters and inner workings, and what the watchdog itself has said: an earlier answer is no evidence. */
const isSearched = `type NOT IN ('agent.used', 'calibers.known', 'agent.unknown') AND type NOT GLOB 'pool.*' AND type NOT GLOB 'watchdog.*'`;

/**
 * Makes an index of a run, in memory, for this question alone: nothing has to be kept up at each write, and nothing of the
 * texts lies anywhere else on disk. The event loop is let go of between its parts.
 * @param database opened for reading; it gets a temporary table
 * @param module another than FTS5 is for tests
 */
export async function indexText({ database, run, upTo }: SearchedLog, module = "fts5"): Promise<TextSearch> {
  try {
    database.exec("PRAGMA temp_store = MEMORY");
    database.exec(
      `CREATE VIRTUAL TABLE temp.texts USING ${module} (text, content='', detail=none, tokenize='porter unicode61')`,
    );
  } catch {
    // Not every SQLite has it. Slower, and without stems of words, but it finds what is there.
    return scanned({ database, run, upTo });
  }
  const put = database.prepare(
    `INSERT INTO temp.texts (rowid, text) SELECT seq, ${textOf} FROM events WHERE run = ? AND seq > ? AND seq <= ? AND ${isSearched}`,
  );
  const page = database.prepare(
    `SELECT max(seq) AS last FROM (SELECT seq FROM events WHERE run = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ${rowsAtATime})`,
  );
  for (let from = 0; ;) {
    const last = page.get(run, from, upTo)?.["last"];
    if (typeof last !== "number") break;
    put.run(run, from, last);
    from = last;
    await breath();
  }
  const match = database.prepare("SELECT rowid AS seq FROM temp.texts WHERE texts MATCH ? ORDER BY rank LIMIT ?");
  return {
    kind: "fts5",
    find(terms, limit) {
      const wish = ftsQuery(terms);
      if (wish === "") return [];
      try {
        return match.all(wish, limit).map((row) => Number(row["seq"]));
      } catch {
        // A letter to us that is none to the index, of a newer Unicode: the word would be two there.
        return scanned({ database, run, upTo }).find(terms, limit);
      }
    },
  };
}

/** Lets the event loop do what waits: a step of ours is short, all of them together are not. */
export const breath = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Each part is a quoted string, so that nothing in a question is a word of the query language. */
const ftsQuery = (terms: readonly string[][]): string =>
  terms
    .map((parts) => parts.flatMap((part) => part.match(/[\p{L}\p{N}]+/gu) ?? []))
    .filter((parts) => parts.length > 0)
    .map((parts) => `(${parts.map((part) => `"${part}"`).join(" AND ")})`)
    .join(" OR ");

/** The most terms of a scan: each goes through all texts. */
const mostScanned = 12;

function scanned({ database, run, upTo }: SearchedLog): TextSearch {
  return {
    kind: "scan",
    find(terms, limit) {
      const some = terms.slice(0, mostScanned);
      if (some.length === 0) return [];
      const has = some.map((parts) => `(${parts.map(() => "body LIKE ? ESCAPE '!'").join(" AND ")})`);
      const words = some.flat().map((part) => `%${part.replace(/[!%_]/g, "!$&")}%`);
      const rows = database
        .prepare(
          `SELECT seq, ${has.join(" + ")} AS hits FROM events WHERE run = ? AND seq <= ? AND ${isSearched} AND (${has.join(" OR ")})
           ORDER BY hits DESC, seq DESC LIMIT ?`,
        )
        .all(...words, run, upTo, ...words, limit);
      return rows.map((row) => Number(row["seq"]));
    },
  };
}
