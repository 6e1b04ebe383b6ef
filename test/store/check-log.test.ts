import { join } from "node:path";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkLog } from "../../src/store/check-log.ts";
import { openStore } from "../../src/store/event-log.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { chat, goal, opened, runA, runB } from "./fixtures.ts";

/** A home with two runs, and a hand on its database. */
function home(): { path: string; sql: (text: string) => void } {
  const path = join(temporaryFolder(), "home");
  const store = openStore(path, handClock());
  store.append([opened(runA), opened(runB), goal("a"), goal("b", runB), chat("c"), chat("d", runB)], { synced: true });
  store.close();
  return {
    path,
    sql(text) {
      const database = new DatabaseSync(join(path, "deck.db"));
      database.exec(text);
      database.close();
    },
  };
}

const codes = async (path: string): Promise<string[]> => (await checkLog(path)).problems.map(({ code }) => code);

describe("the check of a record", () => {
  test("finds nothing in one that is whole", async () => {
    const { path } = home();
    expect(await checkLog(path)).toEqual({
      problems: [],
      version: 2,
      events: 6,
      lastSeq: 6,
      gaps: [],
      unreadable: [],
      unknown: {},
      setBack: [],
    });
  });

  test("finds nothing where there is no record, or an empty file of one", async () => {
    const folder = temporaryFolder();
    expect(await checkLog(join(folder, "none"))).toMatchObject({ problems: [], version: 0 });
    writeFileSync(join(folder, "deck.db"), "");
    expect(await checkLog(folder)).toMatchObject({ problems: [], version: 0 });
  });

  test("may be made while a deck is at work", async () => {
    const { path } = home();
    const store = openStore(path);
    onTestFinished(() => store.close());
    store.append([goal("more")], { synced: true });
    expect(await checkLog(path)).toMatchObject({ problems: [], events: 7 });
  });

  test("names the numbers that are missing", async () => {
    const { path, sql } = home();
    sql("DELETE FROM events WHERE seq IN (3, 4)");
    const check = await checkLog(path);
    expect(check.gaps).toEqual([{ from: 3, to: 4 }]);
    expect(check.problems).toMatchObject([{ code: "gap", message: expect.stringContaining("2 events are missing") }]);
    expect(check.problems[0]?.remedy).toContain("events.ndjson");
  });

  test("does not take for lost what was pruned, and counts what is missing besides", async () => {
    const { path, sql } = home();
    const store = openStore(path);
    store.append([{ type: "runs.pruned", run: "", source: "netrunner", body: { runs: [runB], events: 3 } }], {
      synced: true,
    });
    store.close();
    sql(`DELETE FROM events WHERE run = '${runB}'`);
    expect(await checkLog(path)).toMatchObject({ problems: [], gaps: [] });
    sql("DELETE FROM events WHERE seq = 5");
    expect((await checkLog(path)).problems).toMatchObject([{ message: expect.stringContaining("1 event is missing") }]);
  });

  test.each([
    ["is not JSON", "UPDATE events SET body = '{\"goal\": ' WHERE seq = 3"],
    ["lacks a field", "UPDATE events SET body = '{}' WHERE seq = 3"],
  ])("names an event whose body %s", async (_, damage) => {
    const { path, sql } = home();
    sql(damage);
    const check = await checkLog(path);
    expect(check.unreadable).toEqual([{ seq: 3, type: "goal.set" }]);
    expect(check.problems.map(({ code }) => code)).toEqual(["unreadable"]);
  });

  test("tells of types that it does not know, and takes them for no problem", async () => {
    const { path, sql } = home();
    sql("UPDATE events SET type = 'of.tomorrow' WHERE seq IN (3, 5)");
    expect(await checkLog(path)).toMatchObject({ problems: [], unknown: { "of.tomorrow": 2 } });
  });

  test("names a run that has lost its beginning", async () => {
    const { path, sql } = home();
    sql("UPDATE events SET type = 'goal.set', body = '{\"goal\":\"x\"}' WHERE seq = 2");
    const { problems } = await checkLog(path);
    expect(problems).toMatchObject([{ code: "headless", message: expect.stringContaining(runB) }]);
  });

  test("tells where the clock was set back, and takes it for no problem", async () => {
    const { path, sql } = home();
    sql("UPDATE events SET at = at - 3600000 WHERE seq = 4");
    expect(await checkLog(path)).toMatchObject({ problems: [], setBack: [{ seq: 4, ms: 3_600_000 }] });
  });

  test("tells of damaged pages, of what is no database, and of a newer shape, with what to do", async () => {
    const { path, sql } = home();
    sql("PRAGMA user_version = 99");
    expect((await checkLog(path)).problems).toMatchObject([
      { code: "unusable", remedy: expect.stringContaining("Update Cyberdeck") },
    ]);
    sql("PRAGMA user_version = 2; PRAGMA journal_mode = DELETE");
    const bytes = readFileSync(join(path, "deck.db"));
    bytes.fill(0xff, 8192);
    writeFileSync(join(path, "deck.db"), bytes);
    expect((await codes(path)).length).toBeGreaterThan(0);
    const other = temporaryFolder();
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, "deck.db"), "no database at all, but long enough to be one".repeat(50));
    expect(await codes(other)).toEqual(["unusable"]);
  });
});
