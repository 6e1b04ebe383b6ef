import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Fault } from "../../src/base/fault.ts";
import { acquireLock, type Lock } from "../../src/store/lock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

function acquire(home: string): Lock {
  const lock = acquireLock(home);
  onTestFinished(() => lock.release());
  return lock;
}

function refusalOf(home: string): Fault {
  try {
    acquireLock(home).release();
  } catch (error) {
    return error as Fault;
  }
  throw new Error("the lock was given");
}

/** Another process, in which `script` runs with `acquireLock` and `home` at hand. Resolves when it has said "ready". */
async function otherDeck(home: string, script: string): Promise<{ child: ChildProcess; words: string }> {
  const code = `
    import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, "../../src/store/lock.ts"))};
    import { spawn } from "node:child_process";
    const home = ${JSON.stringify(home)};
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {},
  });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  for await (const line of createInterface(child.stdout))
    if (line.startsWith("ready")) return { child, words: line.slice(6) };
  throw new Error("the other process ended without a word");
}

const holding = `globalThis.held = acquireLock(home); console.log("ready"); process.stdin.resume();`;

describe("the lock of a home", () => {
  test("is refused to a second deck, which is told who has it and what to do", async () => {
    const home = join(temporaryFolder(), "home");
    const { child } = await otherDeck(home, holding);
    const fault = refusalOf(home);
    expect(fault).toMatchObject({ kind: "refused", code: "home.locked", facts: { home, pid: child.pid } });
    expect(fault.message).toContain(`pid ${child.pid}`);
    expect(fault.hint).toMatch(/Wait.*--home/);
  });

  test("is refused within the same process too", () => {
    const home = temporaryFolder();
    acquire(home);
    expect(refusalOf(home).facts["pid"]).toBe(process.pid);
  });

  test("a refused attempt does not take it from the one that has it", async () => {
    const home = temporaryFolder();
    acquire(home);
    refusalOf(home);
    refusalOf(home);
    const { words } = await otherDeck(
      home,
      `
      try { globalThis.held = acquireLock(home); console.log("ready got it"); } catch (error) { console.log("ready " + error.code); }`,
    );
    expect(words).toBe("home.locked");
  });

  test("is free at once after kill -9 of its holder", async () => {
    const home = temporaryFolder();
    const { child } = await otherDeck(home, holding);
    refusalOf(home);
    child.kill("SIGKILL");
    await once(child, "exit");
    acquire(home);
    expect(JSON.parse(readFileSync(join(home, "lock.json"), "utf8"))).toMatchObject({ pid: process.pid });
  });

  test("does not stay with a child that outlives its holder", async () => {
    const home = temporaryFolder();
    const { child, words } = await otherDeck(
      home,
      `
      acquireLock(home);
      const orphan = spawn("sleep", ["600"], { stdio: "ignore", detached: true });
      orphan.unref();
      console.log("ready " + orphan.pid);
      process.stdin.resume();`,
    );
    const orphan = Number(words);
    onTestFinished(() => void process.kill(orphan, "SIGKILL"));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(process.kill(orphan, 0)).toBe(true);
    acquire(home);
  });

  test("goes with a release, which leaves no note and may come twice", () => {
    const home = temporaryFolder();
    const lock = acquire(home);
    lock.release();
    expect(existsSync(join(home, "lock.json"))).toBe(false);
    const next = acquire(home);
    lock.release();
    expect(existsSync(join(home, "lock.json"))).toBe(true);
    next.release();
  });

  test("of six decks that start at once goes to exactly one", async () => {
    const home = temporaryFolder();
    const script = `
      try { globalThis.held = acquireLock(home); console.log("ready got it"); } catch (error) { console.log("ready " + error.code); }
      process.stdin.resume();`;
    const decks = await Promise.all(Array.from({ length: 6 }, () => otherDeck(home, script)));
    expect(decks.map((deck) => deck.words).sort()).toEqual(["got it", ...Array(5).fill("home.locked")]);
  });

  test("a note of a dead process, or of nonsense, accuses nobody", async () => {
    const home = temporaryFolder();
    const { child } = await otherDeck(home, holding);
    for (const note of ["not json", '{"pid":-1}', '{"pid":4194304000,"since":"x"}']) {
      writeFileSync(join(home, "lock.json"), note);
      expect(refusalOf(home).message).toMatch(/^another deck is at work/);
    }
    child.kill("SIGKILL");
    await once(child, "exit");
  });

  test("tells who has it: as what, since when, in which version and mode", async () => {
    const home = temporaryFolder();
    const owner = `{ kind: "host", version: "1.2.3", offline: true, started: 7 }`;
    await otherDeck(
      home,
      `globalThis.held = acquireLock(home, ${owner}); console.log("ready"); process.stdin.resume();`,
    );
    const { message, facts } = refusalOf(home);
    expect(message).toMatch(/^the host of this home \(pid \d+, since 20.*, version 1\.2\.3, offline\) is at work/);
    expect(facts).toMatchObject({ kind: "host" });
  });

  test("names a dead owner to the next one, once, and nobody after an orderly end", async () => {
    const home = temporaryFolder();
    const { child } = await otherDeck(home, holding);
    child.kill("SIGKILL");
    await once(child, "exit");
    const next = acquire(home);
    expect(next.left?.pid).toBe(child.pid);
    next.release();
    expect(acquire(home).left).toBeUndefined();
  });

  test("goes by the lock and not by a number that a living process bears", () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "lock.json"), JSON.stringify({ pid: process.pid, since: 1, started: 1 }));
    expect(acquire(home).left).toMatchObject({ pid: process.pid, started: 1 });
  });

  test("where the home cannot be made is a storage fault, not a refusal", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    expect(refusalOf(join(folder, "file"))).toMatchObject({ kind: "storage" });
    mkdirSync(join(folder, "home", "lock.db"), { recursive: true });
    expect(refusalOf(join(folder, "home"))).toMatchObject({ kind: "storage", code: "storage.unreachable" });
  });
});
