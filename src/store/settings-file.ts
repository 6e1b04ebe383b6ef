import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { errnoOf, Fault, messageOf } from "../base/fault.ts";
import { nearest } from "../base/nearest.ts";
import { savedSettingsSchema, type SavedSettings } from "../protocol/settings.ts";
import { ensureHome, homePaths } from "./home.ts";
import { storageFault } from "./storage-fault.ts";

/** The settings that a home has of its own. A file that cannot be read is a fault that says where it is wrong. */
export function readSettings(home: string): SavedSettings {
  const path = homePaths(home).settings;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return {};
    throw storageFault(error, "could not read", path);
  }
  try {
    return savedSettingsSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? fieldProblem(error) : lineProblem(error, text);
    throw new Fault("storage", "settings.unreadable", `${path} cannot be used: ${why}.`, {
      facts: { path },
      hint: "Correct it, or delete it: then the built-in settings hold.",
      cause: error,
    });
  }
}

/**
 * Changes the settings of a home: what others have written meanwhile is kept, and a reader sees the old file or the new one.
 * @param unset what is to be as it is built in
 */
export function changeSettings(home: string, change: { set: SavedSettings; unset: readonly string[] }): SavedSettings {
  ensureHome(home);
  using _lock = lockSettings(homePaths(home).settingsLock);
  const all = { ...readSettings(home), ...change.set };
  const kept = Object.entries(all).filter(([name, value]) => value !== undefined && !change.unset.includes(name));
  const next = savedSettingsSchema.parse(Object.fromEntries(kept));
  writeWholeNow(homePaths(home).settings, `${JSON.stringify(next, null, 2)}\n`);
  return next;
}

/** How long a writer waits for another one, which needs some milliseconds. */
const busyMs = 2000;

/** SQLite's own lock, on a file that nothing else opens: it goes with the process, however that ends. */
function lockSettings(path: string): Disposable {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: busyMs });
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    throw storageFault(error, "could not lock", path);
  }
  const held = database;
  return { [Symbol.dispose]: () => held.close() };
}

/** In one piece and at once: between the reading and the writing nobody may come. */
function writeWholeNow(path: string, text: string): void {
  const draft = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const file = openSync(draft, "wx", 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw storageFault(error, "could not write", path);
  }
}

function fieldProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "it does not have the form that this deck writes";
  if (issue.code !== "unrecognized_keys") return `${issue.path.join(".") || "it"}: ${issue.message}`;
  const [key = ""] = issue.keys;
  const near = nearest(key, Object.keys(savedSettingsSchema.shape));
  return `there is no setting "${key.slice(0, 60)}"${near === undefined ? "" : `; did you mean ${near}?`}`;
}

/** The line of a slip in the JSON, where the parser tells its position. */
function lineProblem(error: unknown, text: string): string {
  const message = messageOf(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined || /line \d+/.test(message)) return message;
  return `${message} (line ${text.slice(0, Number(position)).split("\n").length})`;
}
