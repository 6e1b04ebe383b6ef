import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { errnoOf, Fault } from "../base/fault.ts";
import { ensureHome, homePaths } from "./home.ts";
import { storageFault } from "./storage-fault.ts";

/** The right to write in a home: one deck at a time. */
export interface Lock extends Disposable {
  release(): void;
}

/** How long two decks that start in the same instant may wait for each other, milliseconds. */
const raceMs = 250;

/**
 * Takes the lock of a home, or refuses and says who has it. The lock is SQLite's own, on a file that nothing else ever
 * opens: it is the operating system's, goes with the process however that ends, and a child does not inherit it.
 */
export function acquireLock(home: string): Lock {
  ensureHome(home);
  const { lock: path, lockHolder } = homePaths(home);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: raceMs });
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
    writeHolder(lockHolder);
  } catch (error) {
    database?.close();
    const fault = storageFault(error, "could not lock", path);
    throw fault.code === "storage.locked" ? refusal(home, holderOf(lockHolder)) : fault;
  }
  const held = database;
  const release = (): void => {
    if (!held.isOpen) return;
    rmSync(lockHolder, { force: true });
    held.close();
  };
  return { release, [Symbol.dispose]: release };
}

const holderSchema = z.object({ pid: z.int().positive(), since: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** For the message only; the lock itself is what counts. Written whole, since another deck may be reading it. */
function writeHolder(path: string): void {
  const holder: Holder = { pid: process.pid, since: new Date().toISOString() };
  writeFileSync(`${path}.tmp`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

function holderOf(path: string): Holder | undefined {
  try {
    const holder = holderSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return holder.success && isAlive(holder.data.pid) ? holder.data : undefined;
  } catch {
    // Without a readable note the refusal cannot name the holder, and is right all the same.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, and it is somebody else's.
    return errnoOf(error) === "EPERM";
  }
}

function refusal(home: string, holder: Holder | undefined): Fault {
  const who = holder === undefined ? "another deck" : `another deck (pid ${holder.pid}, since ${holder.since})`;
  return new Fault("refused", "home.locked", `${who} is at work in ${home}`, {
    facts: { home, pid: holder?.pid ?? null },
    hint: "Wait until it has ended, stop it, or use a home of your own with --home.",
  });
}
