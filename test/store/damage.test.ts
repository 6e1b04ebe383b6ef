import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { flatEvent } from "../../src/protocol/event.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { checkLog } from "../../src/store/check-log.ts";
import { openStore } from "../../src/store/event-log.ts";
import { openRecorder } from "../../src/store/recorder.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { chat, goal, opened, runA, runB } from "./fixtures.ts";

describe("a log of the database that was torn", () => {
  /** A home as a deck leaves it that dies now: nothing of its log is in the database yet. */
  function deadHome(events: number): string {
    const living = join(temporaryFolder(), "living");
    const store = openStore(living);
    onTestFinished(() => store.close());
    store.append([opened()], { synced: true });
    for (let n = 1; n < events; n += 1) store.append([chat(`${n} `.repeat(400))], { synced: true });
    const dead = join(temporaryFolder(), "dead");
    mkdirSync(dead);
    for (const name of ["deck.db", "deck.db-wal"]) copyFileSync(join(living, name), join(dead, name));
    return dead;
  }

  test.each([0, 0.1, 0.35, 0.5, 0.77, 0.999])(
    "at %d of its length gives what was before, and can be gone on with",
    async (part) => {
      const home = deadHome(40);
      const log = join(home, "deck.db-wal");
      truncateSync(log, Math.floor(statSync(log).size * part));
      const store = openStore(home);
      onTestFinished(() => store.close());
      const kept = [...store.eventsAfter(0)].map(({ seq }) => seq);
      expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => n + 1));
      expect(kept.length).toBeLessThan(40);
      expect(store.append([goal("on")], { synced: true })[0]?.seq).toBe(kept.length + 1);
      expect((await checkLog(home)).problems.filter(({ code }) => code !== "headless")).toEqual([]);
    },
  );

  test("behind which the run's file has more: that file is kept aside, and it is told in the run", async () => {
    const home = join(temporaryFolder(), "home");
    const first = openStore(home);
    const before = openRecorder(first, { onFault: () => undefined });
    before.record(opened());
    for (let n = 0; n < 10; n += 1) before.record(goal(`kept ${n}`));
    await before.close();
    first.close();
    // The power went: the database is back at an earlier moment than the file.
    const cut = openStore(home);
    const file = join(home, "runs", runA, "events.ndjson");
    const all = readFileSync(file, "utf8");
    cut.close();
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(join(home, "deck.db"));
    database.exec("DELETE FROM events WHERE seq > 5");
    database.close();
    const store = openStore(home);
    onTestFinished(() => store.close());
    const recorder = openRecorder(store, { onFault: () => undefined });
    recorder.record(goal("after"));
    await recorder.flush();
    await recorder.close();
    expect(readFileSync(`${file}.replaced`, "utf8")).toBe(all);
    const events = [...store.eventsOf(runA)];
    expect(events.find(({ type }) => type === "deck.warned")?.body).toMatchObject({ code: "events.replaced" });
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines).toEqual(events.map((event) => JSON.stringify(flatEvent(event))));
  });
});

describe("a clock that is set back", () => {
  test("changes no order and makes no negative time", () => {
    const clock = handClock();
    const store = openStore(join(temporaryFolder(), "home"), clock);
    onTestFinished(() => store.close());
    store.append([opened(runA)], { synced: true });
    clock.pass(60_000);
    store.append([goal("one")], { synced: true });
    clock.pass(-3_600_000);
    store.append([goal("two"), opened(runB)], { synced: true });
    clock.pass(5000);
    store.append([goal("three")], { synced: true });
    expect(store.runs()).toEqual([runB, runA]);
    expect(foldRunEvents(store.eventsOf(runA))).toMatchObject({ goal: "three", durationMs: 65_000 });
  });
});

const canBind = existsSync("/usr/bin/bwrap");

/** Runs a program of this test to which the home is read-only, as on a medium or after an error of the disk. */
function readOnly(home: string, program: string): string {
  const source = (path: string): string => JSON.stringify(join(import.meta.dirname, "../../src", path));
  const text = `
    import { openStore, openStoreToRead } from ${source("store/event-log.ts")};
    import { checkLog } from ${source("store/check-log.ts")};
    const home = ${JSON.stringify(home)};
    const told = (error) => JSON.stringify({ kind: error.kind, code: error.code, hint: error.hint });
    try { ${program} } catch (error) { console.log(told(error)); }`;
  const bound = ["--dev-bind", "/", "/", "--ro-bind", home, home];
  const args = [...bound, process.execPath, "--input-type=module-typescript", "--eval", text];
  return execFileSync("/usr/bin/bwrap", args, { encoding: "utf8" }).trim();
}

describe.runIf(canBind)("a read-only home", () => {
  function closedHome(): string {
    const home = join(temporaryFolder(), "home");
    const store = openStore(home);
    store.append([opened(), goal("g")], { synced: true });
    store.close();
    return home;
  }

  test("is read all the same, and checked", () => {
    const home = closedHome();
    expect(readOnly(home, "console.log(JSON.stringify(openStoreToRead(home).runs()))")).toBe(`["${runA}"]`);
    expect(readOnly(home, "console.log((await checkLog(home)).events)")).toBe("2");
  });

  test("is refused for writing, with what to do", () => {
    const fault: unknown = JSON.parse(readOnly(closedHome(), "openStore(home)"));
    expect(fault).toMatchObject({ kind: "storage", hint: expect.stringContaining("--home") });
  });

  test("that a deck has left in the middle is not read as less than it is", () => {
    const home = closedHome();
    const store = openStore(home);
    store.append([goal("in the log")], { synced: true });
    const copy = join(temporaryFolder(), "copy");
    mkdirSync(copy);
    for (const name of ["deck.db", "deck.db-wal"]) copyFileSync(join(home, name), join(copy, name));
    store.close();
    const fault: unknown = JSON.parse(readOnly(copy, "openStoreToRead(home)"));
    expect(fault).toMatchObject({ code: "storage.read_only", hint: expect.stringContaining("Copy the whole folder") });
  });
});
