import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Fault, messageOf } from "../../base/fault.ts";
import { count } from "../../base/units.ts";
import { checkLog } from "../../store/check-log.ts";
import { incompleteFiles } from "../../store/complete-files.ts";
import { openStoreToRead } from "../../store/event-log.ts";
import { homePaths } from "../../store/home.ts";
import { acquireLock } from "../../store/lock.ts";
import { storageFault } from "../../store/storage-fault.ts";
import { ok, problem, skipped, type Check } from "./check.ts";
import { nearestFolder } from "./machine.ts";

/** The database's version, its full-text search, and whether its log of writes works on the disk of this home. */
export const sqliteCheck = (home: string): Check => ({
  name: "sqlite",
  limitMs: 10_000,
  look() {
    using memory = new DatabaseSync(":memory:");
    const version = String(memory.prepare("SELECT sqlite_version() AS v").get()?.["v"]);
    const what = `SQLite ${version} in Node ${process.versions.node}`;
    try {
      memory.exec("CREATE VIRTUAL TABLE t USING fts5(x)");
    } catch (error) {
      return problem(`${what} has no full-text search: ${messageOf(error)}`, {
        next: "Use a Node from nodejs.org, version 24 or later.",
      });
    }
    const folder = nearestFolder(home);
    const mode = tryJournal(folder);
    if (mode === "wal") return ok(`${what}, with full-text search; it works in ${folder}`);
    return problem(`${what} cannot keep its log of writes in ${folder} (it offers "${mode}")`, {
      next: "Put the home on a local disk: --home DIR, or the variable CYBERDECK_HOME.",
    });
  },
});

/** In a folder of its own beside the record, which is gone afterwards. */
function tryJournal(folder: string): string {
  let place: string;
  try {
    place = mkdtempSync(join(folder, ".doctor-"));
  } catch (error) {
    throw storageFault(error, "could not write in", folder);
  }
  try {
    using database = new DatabaseSync(join(place, "trial.db"), { timeout: 1000 });
    const mode = String(database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"]);
    database.exec("CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (1)");
    using reader = new DatabaseSync(join(place, "trial.db"), { readOnly: true });
    return Number(reader.prepare("SELECT x FROM t").get()?.["x"]) === 1 ? mode : "nothing that can be read back";
  } catch (error) {
    throw storageFault(error, "could not use a database in", folder);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Who is at work in a home. */
export type HomeState = { state: "absent" | "free" } | { state: "taken"; words: string; pid: number | undefined };

/** Takes the lock for an instant: nothing else tells surely whether somebody has it. */
export function stateOfHome(home: string): HomeState {
  if (!existsSync(homePaths(home).lock)) return { state: "absent" };
  try {
    acquireLock(home).release();
    return { state: "free" };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "home.locked") throw error;
    const pid = error.facts["pid"];
    return { state: "taken", words: error.message, pid: typeof pid === "number" ? pid : undefined };
  }
}

/** Whose the home is, and whether a deck that is at work in it answers. @param greet rejects when it does not */
export const lockCheck = (
  home: string,
  state: () => HomeState,
  greet: (signal: AbortSignal) => Promise<void>,
): Check => ({
  name: "lock",
  limitMs: 12_000,
  async look(signal) {
    const found = state();
    if (found.state !== "taken")
      return ok(
        found.state === "absent" ? `no deck has been at work in ${home} yet` : `free: no deck is at work in ${home}`,
      );
    const late = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    const silent = await Promise.race([
      greet(late).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      ),
      new Promise<string>((resolve) => late.addEventListener("abort", () => resolve("it does not answer"))),
    ]);
    if (silent === undefined) return ok(`${found.words}, and answers`);
    return problem(`${found.words}, and cannot be spoken to: ${silent}`, {
      next: "If it stays so, end it; the next start goes on with its runs.",
      ...(found.pid === undefined ? {} : { command: `kill ${found.pid}` }),
    });
  },
});

/** Whether the record is whole: its pages, its numbers, each of its events, and the files of its runs where nobody is at work on them. */
export const logCheck = (home: string, state: () => HomeState): Check => ({
  name: "log",
  limitMs: 60_000,
  async look(signal) {
    if (!existsSync(homePaths(home).database)) return skipped("there is no record yet");
    const { events, problems, unknown } = await checkLog(home);
    const [first] = problems;
    if (first !== undefined) {
      const more = problems.length === 1 ? "" : ` (and ${count(problems.length - 1, "more problem")})`;
      return problem(`${first.message}${more}`, { next: first.remedy });
    }
    const strange = Object.values(unknown).reduce((sum, number) => sum + number, 0);
    const files = state().state === "taken" ? [] : await tornFiles(home, signal);
    return ok(
      [
        `${count(events, "event")}, without damage`,
        ...(strange === 0 ? [] : [`${strange} of types that are not known here`]),
        ...(files.length === 0
          ? []
          : [
              `events.ndjson of ${files.slice(0, 3).join(", ")}${files.length > 3 ? " and others" : ""} lacks its end: the next start completes it from the record`,
            ]),
      ].join("; "),
    );
  },
});

async function tornFiles(home: string, signal: AbortSignal): Promise<string[]> {
  const reader = openStoreToRead(home);
  const torn: string[] = [];
  try {
    for await (const run of incompleteFiles(reader, signal)) torn.push(run);
  } finally {
    reader.close();
  }
  return torn;
}
