import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { errnoOf, Fault } from "../base/fault.ts";
import { deckKinds } from "../protocol/host.ts";
import { ensureHome, homePaths } from "./home.ts";
import { storageFault } from "./storage-fault.ts";

/** The right to write in a home: one deck at a time. */
export interface Lock extends Disposable {
  /** Who had it before and has not given it back: that process is dead, and what it was doing was cut off. */
  readonly left: LockOwner | undefined;
  release(): void;
}

/** How long two decks that start in the same instant may wait for each other, milliseconds. */
const raceMs = 250;

/**
 * Takes the lock of a home, or refuses and says who has it. The lock is SQLite's own, on a file that nothing else ever
 * opens: it is the operating system's, goes with the process however that ends, and a child does not inherit it.
 */
export function acquireLock(home: string, owner: Partial<LockOwner> = {}): Lock {
  ensureHome(home);
  const { lock: path, lockHolder } = homePaths(home);
  let database: DatabaseSync | undefined;
  let left: LockOwner | undefined;
  try {
    database = new DatabaseSync(path, { timeout: raceMs });
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
    left = ownerIn(lockHolder);
    writeOwner(lockHolder, { pid: process.pid, since: Date.now(), ...owner });
  } catch (error) {
    database?.close();
    const fault = storageFault(error, "could not lock", path);
    throw fault.code === "storage.locked" ? refusal(home, aliveIn(lockHolder)) : fault;
  }
  const held = database;
  const release = (): void => {
    if (!held.isOpen) return;
    rmSync(lockHolder, { force: true });
    held.close();
  };
  return { left, release, [Symbol.dispose]: release };
}

const ownerSchema = z.object({
  pid: z.int().positive(),
  /** Milliseconds since the epoch. */
  since: z.number(),
  /** When the process started, in units of the process table: a later process may get the same pid. */
  started: z.number().nullable().optional(),
  version: z.string().optional(),
  offline: z.boolean().optional(),
  kind: z.enum(deckKinds).optional(),
});

/** Who holds a home, for whoever is refused and for whoever comes after. The lock itself is what counts. */
export type LockOwner = z.infer<typeof ownerSchema>;

/** Written whole, since another deck may be reading it. */
function writeOwner(path: string, owner: LockOwner): void {
  writeFileSync(`${path}.tmp`, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

function ownerIn(path: string): LockOwner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    // Without a readable note nobody can be named; the lock is right all the same.
    return undefined;
  }
}

function aliveIn(path: string): LockOwner | undefined {
  const owner = ownerIn(path);
  return owner !== undefined && isAlive(owner.pid) ? owner : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, and it is somebody else's.
    return errnoOf(error) === "EPERM";
  }
}

function refusal(home: string, owner: LockOwner | undefined): Fault {
  return new Fault("refused", "home.locked", `${ownerText(owner)} is at work in ${home}`, {
    facts: { home, pid: owner?.pid ?? null, kind: owner?.kind ?? null },
    hint: "Wait until it has ended, stop it, or use a home of your own with --home.",
  });
}

function ownerText(owner: LockOwner | undefined): string {
  if (owner === undefined) return "another deck";
  const { kind, pid, since, version, offline } = owner;
  const facts = [
    `pid ${pid}`,
    `since ${new Date(since).toISOString()}`,
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(offline === true ? ["offline"] : []),
  ];
  return `${kind === "host" ? "the host of this home" : "another deck"} (${facts.join(", ")})`;
}
