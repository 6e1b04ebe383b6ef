import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { errnoOf, Fault } from "../base/fault.ts";
import { headAndTail } from "../base/text.ts";
import { crashSchema, type Crash } from "../protocol/crash.ts";
import { flatEvent } from "../protocol/event.ts";
import { openStoreToRead } from "./event-log.ts";
import { ensureHome } from "./home.ts";
import { readSettings } from "./settings-file.ts";
import { storageFault } from "./storage-fault.ts";

/** So many bundles are kept, the newest. */
const mostBundles = 10;

/** The record's last events go into a bundle: so many, each of so many bytes at the most. */
const mostEvents = 300;
const eventBytes = 2048;

/** Bytes of the host's log that go into a bundle, and of a stack. */
const logBytes = 64 * 1024;
const stackBytes = 16 * 1024;

export const crashesFolder = (home: string): string => join(home, "crashes");

/**
 * Leaves the bundle of a crash in the home, and gives its folder. What cannot be had, such as the events of a record that
 * cannot be read, is left out. At once: the process is about to end.
 * @param redact takes secrets out of a text
 */
export function writeCrash(home: string, crash: Crash, redact: (text: string) => string): string {
  const folder = crashesFolder(home);
  const path = join(folder, nameOf(crash.at));
  const put = (name: string, text: () => string | undefined): void => {
    const got = attempt(text);
    if (got !== undefined) writeFileSync(join(path, name), redact(got), { mode: 0o600, flag: "wx" });
  };
  try {
    ensureHome(home);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    put("crash.json", () => `${JSON.stringify(bounded(crash), null, 2)}\n`);
    put("events.ndjson", () => lastEvents(home));
    put("settings.json", () => `${JSON.stringify({ ...readSettings(home), my_email: undefined }, null, 2)}\n`);
    put("host.log", () => tailOf(join(home, "host.log"), logBytes));
    for (const old of bundlesIn(home).slice(mostBundles)) rmSync(join(folder, old), { recursive: true, force: true });
    return path;
  } catch (error) {
    throw storageFault(error, "could not leave what is known of the crash in", path);
  }
}

/** The names of the bundles of a home, newest first. */
export function bundlesIn(home: string): string[] {
  try {
    return readdirSync(crashesFolder(home))
      .filter((name) => /^crash-\d{8}-\d{6}-[0-9a-f]{4}$/.test(name))
      .sort()
      .toReversed();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw storageFault(error, "could not read", crashesFolder(home));
  }
}

/** What is in a bundle. */
export interface Bundle {
  path: string;
  crash: Crash;
  /** Lines of events; none where the record could not be read. */
  events: Record<string, unknown>[];
  /** The files that there are. */
  files: string[];
}

/** Reads a bundle; a fault where there is none, or where it is not one. */
export function readBundle(path: string): Bundle {
  let text: string;
  try {
    text = readFileSync(join(path, "crash.json"), "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR") throw storageFault(error, "could not read", path);
    throw new Fault("usage", "crash.unknown", `${path} is not what a crash has left`, {
      hint: "Name a folder of crashes/ in the home, or none for the latest.",
    });
  }
  const crash = crashSchema.safeParse(attempt(() => JSON.parse(text) as unknown));
  if (!crash.success)
    throw new Fault("storage", "crash.unreadable", `${join(path, "crash.json")} is not what this version writes`, {
      hint: "Read it yourself: it is plain text.",
      cause: crash.error,
    });
  const files = readdirSync(path).sort();
  const lines = attempt(() => readFileSync(join(path, "events.ndjson"), "utf8")) ?? "";
  return { path, crash: crash.data, events: lines.split("\n").flatMap(objectIn), files };
}

function objectIn(line: string): Record<string, unknown>[] {
  const value = attempt((): unknown => JSON.parse(line));
  return typeof value === "object" && value !== null ? [{ ...value }] : [];
}

/** Local time, so that folders sort by age. */
function nameOf(at: number): string {
  const time = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  const clock = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
  return `crash-${day}-${clock}-${randomBytes(2).toString("hex")}`;
}

const bounded = (crash: Crash): Crash => ({
  ...crash,
  thrown: crash.thrown.map((one) => ({
    ...one,
    message: headAndTail(one.message, stackBytes).text,
    stack: headAndTail(one.stack, stackBytes).text,
  })),
});

function lastEvents(home: string): string {
  const reader = openStoreToRead(home);
  try {
    let text = "";
    for (const event of reader.eventsAfter(Math.max(0, reader.lastSeq() - mostEvents))) {
      const flat: Record<string, unknown> = flatEvent(event);
      const line = JSON.stringify(flat);
      const { type, seq, at, run, source } = event;
      // Whom it is about must be known of a long one, too.
      const construct = typeof flat["construct"] === "string" ? { construct: flat["construct"] } : {};
      const short = { type, seq, at, run, source, ...construct, shortened: headAndTail(line, eventBytes / 2).text };
      text += `${line.length <= eventBytes ? line : JSON.stringify(short)}\n`;
    }
    return text;
  } finally {
    reader.close();
  }
}

function tailOf(path: string, bytes: number): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, bytes));
    return tail.toString("utf8", 0, readSync(file, tail, 0, tail.length, size - tail.length));
  } finally {
    closeSync(file);
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    // Whatever is broken is part of what the bundle is about; the rest of it counts.
    return undefined;
  }
}
