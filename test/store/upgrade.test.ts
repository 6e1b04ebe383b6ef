import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { flatEvent, type DeckEvent } from "../../src/protocol/event.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { schemaVersion } from "../../src/store/database.ts";
import { openStore, openStoreToRead } from "../../src/store/event-log.ts";
import { upgrade, versionOf, type Step } from "../../src/store/upgrade.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { goal, runA } from "./fixtures.ts";

const stored = join(import.meta.dirname, "stored");
const versions = Array.from({ length: schemaVersion }, (_, index) => index + 1);

/** A home with a record that a Cyberdeck of that time has written. */
function homeOf(version: number): string {
  const home = join(temporaryFolder(), "home");
  mkdirSync(home);
  copyFileSync(join(stored, `deck-v${version}.db`), join(home, "deck.db"));
  return home;
}

const flat = (events: Iterable<DeckEvent>): unknown[] =>
  [...events].map((event): unknown => JSON.parse(JSON.stringify(flatEvent(event))));
const expected = (version: number): unknown[] =>
  readFileSync(join(stored, `deck-v${version}.ndjson`), "utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

describe("a record that an earlier Cyberdeck has written", () => {
  test.each(versions)("of version %i is there as a file of that time, for these tests", (version) => {
    expect(existsSync(join(stored, `deck-v${version}.db`))).toBe(true);
  });

  test.each(versions)("of version %i is read as it was, and can be gone on with", (version) => {
    const store = openStore(homeOf(version));
    onTestFinished(() => store.close());
    // What has come since has its default.
    expect(flat(store.eventsOf(runA))).toMatchObject(expected(version));
    expect(foldRunEvents(store.eventsOf(runA))).toMatchObject({ status: "done", goal: "an old goal" });
    expect(store.append([goal("further")], { synced: true })[0]?.seq).toBeGreaterThan(expected(version).length);
  });

  test.each(versions.slice(0, -1))(
    "of version %i is copied before it is brought up, and that is on record",
    (version) => {
      const home = homeOf(version);
      const store = openStore(home);
      onTestFinished(() => store.close());
      const copy = join(home, `deck.db.v${version}`);
      expect([...store.eventsAfter(0)].at(-1)).toMatchObject({
        type: "record.upgraded",
        run: "",
        body: { from: version, to: schemaVersion, copy },
      });
      expect(statSync(copy).mode & 0o777).toBe(0o600);
      const before = new DatabaseSync(copy, { readOnly: true });
      onTestFinished(() => before.close());
      expect(versionOf(before)).toBe(version);
      expect(before.prepare("SELECT count(*) AS n FROM events").get()).toEqual({ n: expected(version).length });
      store.close();
      const again = openStore(home);
      onTestFinished(() => again.close());
      expect([...again.eventsAfter(0)].filter(({ type }) => type === "record.upgraded")).toHaveLength(1);
    },
  );

  test.each(versions.slice(0, -1))(
    "of version %i is not changed by a look: whoever only reads is told what to do",
    (version) => {
      const home = homeOf(version);
      expect(() => openStoreToRead(home)).toThrow(
        expect.objectContaining({ code: "storage.older", hint: expect.stringContaining("Start or resume a run") }),
      );
      expect(readdirSync(home)).toEqual(["deck.db"]);
    },
  );

  test("of the present version is neither copied nor told of", () => {
    const home = homeOf(schemaVersion);
    const store = openStore(home);
    onTestFinished(() => store.close());
    expect(store.lastSeq()).toBe(expected(schemaVersion).length);
    expect(readdirSync(home).filter((name) => name.startsWith("deck.db.v"))).toEqual([]);
  });
});

describe("an upgrade in steps", () => {
  const make =
    (table: string): Step =>
    (database) =>
      database.exec(`CREATE TABLE ${table} (n INTEGER) STRICT`);
  const fail: Step = (database) => {
    make("half")(database);
    throw new Error("the power went");
  };

  function database(): { path: string; database: DatabaseSync } {
    const path = join(temporaryFolder(), "deck.db");
    const opened = new DatabaseSync(path);
    onTestFinished(() => opened.close());
    return { path, database: opened };
  }
  const tables = (of: DatabaseSync): unknown[] =>
    of
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
      .map(({ name }) => name);

  test("that fails in a step keeps the steps before it, and nothing of that one", () => {
    const { path, database: opened } = database();
    expect(() => upgrade(opened, path, [make("one"), fail, make("three")])).toThrow("the power went");
    expect([tables(opened), versionOf(opened)]).toEqual([["one"], 1]);
    expect(upgrade(opened, path, [make("one"), make("two"), make("three")])).toEqual({
      from: 1,
      to: 3,
      copy: `${path}.v1`,
    });
    expect([tables(opened), versionOf(opened)]).toEqual([["one", "three", "two"], 3]);
  });

  test("changes nothing where the copy cannot be made", () => {
    const { path, database: opened } = database();
    upgrade(opened, path, [make("one")]);
    const gone = join(path, "..", "gone", "deck.db");
    expect(() => upgrade(opened, gone, [make("one"), make("two")])).toThrow(
      expect.objectContaining({ kind: "storage", message: expect.stringContaining("could not copy the record") }),
    );
    expect([tables(opened), versionOf(opened)]).toEqual([["one"], 1]);
  });

  test("keeps the copy of an earlier try, which is the file as it was", () => {
    const { path, database: opened } = database();
    upgrade(opened, path, [make("one")]);
    writeFileSync(`${path}.v1`, "of the first try");
    upgrade(opened, path, [make("one"), make("two")]);
    expect(readFileSync(`${path}.v1`, "utf8")).toBe("of the first try");
  });

  test("of a newer version is refused, and no copy is made", () => {
    const { path, database: opened } = database();
    opened.exec("PRAGMA user_version = 9");
    expect(() => upgrade(opened, path, [make("one")])).toThrow(expect.objectContaining({ code: "storage.newer" }));
    expect(existsSync(`${path}.v9`)).toBe(false);
  });
});
