import { existsSync } from "node:fs";
import { openForReading } from "./database.ts";
import { homePaths } from "./home.ts";
import { storageFault } from "./storage-fault.ts";

/** A run as far as it matters to what is left of its agents. */
export interface RunOfAgent {
  run: string;
  /** The last word of its record is not that it was closed. */
  isOpen: boolean;
}

/** The agents that the record of a home names, by their marks: constructs, daemons, authors and spares. */
export function agentsOfHome(home: string): Map<string, RunOfAgent> {
  const { database: path } = homePaths(home);
  if (!existsSync(path)) return new Map();
  const database = openForReading(path);
  try {
    const lastWords = new Map(
      database
        .prepare(lastWordOfRuns)
        .all()
        .map((row) => [String(row["run"]), row["type"]]),
    );
    return new Map(
      database
        .prepare(namedAgents)
        .all()
        .map((row) => {
          const run = String(row["run"]);
          return [String(row["agent"]), { run, isOpen: lastWords.get(run) !== "run.closed" }];
        }),
    );
  } catch (error) {
    throw storageFault(error, "could not read the record", path);
  } finally {
    database.close();
  }
}

const namedAgents = `
  SELECT run, coalesce(
    json_extract(body, '$.construct'), json_extract(body, '$.daemon'), json_extract(body, '$.author'),
    json_extract(body, '$.spare')
  ) AS agent
  FROM events WHERE type IN ('construct.queued', 'daemon.started', 'author.started', 'pool.started')`;

const lastWordOfRuns = `
  SELECT run, type, max(seq) FROM events WHERE type IN ('run.opened', 'run.resumed', 'run.closed') GROUP BY run`;
