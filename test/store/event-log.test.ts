import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Fault } from "../../src/base/fault.ts";
import type { EventDraft } from "../../src/protocol/event.ts";
import { openForWriting } from "../../src/store/database.ts";
import { redactor } from "../../src/store/redaction/redactor.ts";
import { openStore, openStoreToRead, storeOf } from "../../src/store/event-log.ts";
import { seal } from "../../src/store/sealed-event.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { chat, goal, opened, runA, runB, said } from "./fixtures.ts";

const newHome = (): string => join(temporaryFolder(), ".cyberdeck");

function open(home: string) {
  const store = openStore(home, handClock());
  onTestFinished(() => store.close());
  return store;
}

/** The fault that `action` throws. */
function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    return error as Fault;
  }
  throw new Error("nothing was thrown");
}

describe("a home", () => {
  test("is made for its owner alone and stays out of version control", () => {
    const home = newHome();
    open(home);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(home, ".gitignore"), "utf8")).toBe("*\n");
    for (const file of readdirSync(home).filter((name) => name.startsWith("deck.db")))
      expect(statSync(join(home, file)).mode & 0o077).toBe(0);
  });

  test("in a folder with other things hides none of them from version control", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "own work"), "");
    open(folder);
    expect(existsSync(join(folder, ".gitignore"))).toBe(false);
  });

  test("that is a file is refused with what to do", () => {
    const home = join(temporaryFolder(), "file");
    writeFileSync(home, "");
    expect(faultOf(() => openStore(home))).toMatchObject({ kind: "storage", code: "storage.unreachable" });
    expect(faultOf(() => openStore(home)).hint).toContain("--home");
  });
});

describe("recording events", () => {
  test("numbers them in order, stamps them, and gives them back as they are read", () => {
    const store = open(newHome());
    const written = store.append([opened(), goal("count")], { synced: true });
    written.push(...store.append([chat("ok")], { synced: false }));
    expect(written.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(written.map((event) => event.at)).toEqual(Array(3).fill(1_767_323_045_000));
    expect([...store.eventsOf(runA)]).toEqual(written);
    expect(store.lastSeq()).toBe(3);
  });

  test("goes on with the numbers after it was opened again", () => {
    const home = newHome();
    const first = openStore(home);
    first.append([opened()], { synced: false });
    first.close();
    expect(open(home).append([goal("g")], { synced: false })[0]?.seq).toBe(2);
  });

  test("is all or nothing: one that cannot be read back takes the others along, by its name", () => {
    const store = open(newHome());
    const broken = { ...goal("g"), body: { goal: Number.NaN } } as unknown as EventDraft;
    const fault = faultOf(() => store.append([opened(), broken], { synced: true }));
    expect(fault).toMatchObject({ kind: "internal", code: "event.invalid" });
    expect(fault.message).toContain("goal.set");
    expect(store.lastSeq()).toBe(0);
  });

  test("is all or nothing also where the database refuses one, and goes on afterwards", () => {
    const store = open(newHome());
    const good = seal(goal("g"), 1, redactor());
    expect(() => store.write([good, { ...good, version: 1.5 }], { synced: true })).toThrow(
      expect.objectContaining({ kind: "storage" }),
    );
    expect(store.lastSeq()).toBe(0);
    expect(store.write([good], { synced: true })).toHaveLength(1);
  });

  test("waits for the disk where it must, and only there", () => {
    const home = newHome();
    openStore(home).close();
    const database = openForWriting(join(home, "deck.db"));
    const store = storeOf(database, home, handClock());
    onTestFinished(() => store.close());
    const level = (synced: boolean): unknown => {
      store.append([goal("g")], { synced });
      return database.prepare("PRAGMA synchronous").get()?.["synchronous"];
    };
    const [normal, full] = [1, 2];
    expect([true, false, false, true].map(level)).toEqual([full, normal, normal, full]);
  });

  test("brings to disk what did not wait for it, and says when it cannot", async () => {
    const home = newHome();
    const store = open(home);
    store.append([goal("g")], { synced: false });
    await store.sync();
    expect(statSync(join(home, "deck.db-wal")).size).toBeGreaterThan(0);
    rmSync(join(home, "deck.db-wal"));
    mkdirSync(join(home, "deck.db-wal"));
    await expect(store.sync()).rejects.toThrow("could not record in");
  });

  test("keeps every character, also those that end strings elsewhere", () => {
    const store = open(newHome());
    const text = "a\0b\u2028c\ud83d d😀\\\"'\n";
    store.append([chat(text)], { synced: false });
    expect([...store.eventsOf(runA)][0]?.body).toMatchObject({ text });
  });

  test("a change to the draft afterwards changes nothing that was recorded or given back", () => {
    const store = open(newHome());
    const draft = goal("before");
    const [event] = store.append([draft], { synced: false });
    if (draft.type === "goal.set") draft.body.goal = "after";
    expect(event?.body).toEqual({ goal: "before" });
  });

  test("of no event writes nothing", () => {
    expect(open(newHome()).append([], { synced: true })).toEqual([]);
  });

  test("on a full disk is a storage fault, keeps what was there, and writes no half", () => {
    const home = newHome();
    openStore(home).close();
    const database = openForWriting(join(home, "deck.db"));
    const store = storeOf(database, home, handClock());
    onTestFinished(() => store.close());
    store.append([opened()], { synced: true });
    const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.exec(`PRAGMA max_page_count = ${pages + 4}`);
    const many = Array.from({ length: 50 }, (_, n) => chat(String(n).repeat(1000)));
    const fault = faultOf(() => store.append(many, { synced: true }));
    expect(fault).toMatchObject({ kind: "storage", code: "storage.full" });
    expect(fault.hint).toContain("Free some space");
    expect([...store.eventsOf(runA)]).toHaveLength(1);
    database.exec("PRAGMA max_page_count = 100000");
    expect(store.append([goal("after space was made")], { synced: true })[0]?.seq).toBe(2);
  });

  test("while another program writes is a storage fault that names the cause", () => {
    const home = newHome();
    const store = open(home);
    const other = new DatabaseSync(join(home, "deck.db"));
    onTestFinished(() => other.close());
    other.exec("BEGIN IMMEDIATE");
    expect(faultOf(() => store.append([opened()], { synced: true }))).toMatchObject({
      kind: "storage",
      code: "storage.locked",
    });
    other.exec("ROLLBACK");
    expect(store.append([opened()], { synced: true })).toHaveLength(1);
  });
});

describe("reading the record", () => {
  test("gives the events of one run after a number, in order, also beyond a page", () => {
    const store = open(newHome());
    store.append([opened(runA), opened(runB)], { synced: false });
    for (let n = 0; n < 4; n += 1)
      store.append(
        Array.from({ length: 400 }, (_, i) => said(String(n * 400 + i), "cx-1", i % 2 === 0 ? runA : runB)),
        { synced: false },
      );
    const seqs = [...store.eventsOf(runA, 2)].map((event) => event.seq);
    expect(seqs).toHaveLength(800);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect([...store.eventsAfter(0)].map((event) => event.seq)).toEqual(Array.from({ length: 1602 }, (_, n) => n + 1));
    expect(store.countOf(runA, 1)).toBe(1);
  });

  test("that is left in the middle holds nothing up, and finds what was added meanwhile", () => {
    const store = open(newHome());
    store.append(
      Array.from({ length: 500 }, () => chat("x")),
      { synced: false },
    );
    const reading = store.eventsOf(runA);
    reading.next();
    store.append([goal("later")], { synced: true });
    expect([...reading]).toHaveLength(500);
  });

  test("lists runs newest first, each once", () => {
    const store = open(newHome());
    store.append([opened(runA), goal("g", runB), opened(runB), opened(runA)], { synced: false });
    expect(store.runs()).toEqual([runA, runB]);
  });

  test("keeps what this version does not know, or cannot read, as unknown events", () => {
    const home = newHome();
    const store = open(home);
    store.append([opened()], { synced: false });
    const other = new DatabaseSync(join(home, "deck.db"));
    const insert = other.prepare(
      "INSERT INTO events (at, run, source, type, version, body) VALUES (1, ?, 's', ?, 9, ?)",
    );
    insert.run(runA, "goal.dreamt", '{"of":"sheep"}');
    insert.run(runA, "goal.set", '{"goal":');
    insert.run(runA, "goal.set", '{"goal":5}');
    other.close();
    const [, ...unknown] = [...store.eventsOf(runA)];
    expect(unknown.map((event) => event.type)).toEqual(Array(3).fill("agent.unknown"));
    expect(unknown.map((event) => event.body)).toMatchObject([
      { kind: "goal.dreamt", raw: '{"of":"sheep"}' },
      { kind: "goal.set", raw: '"{\\"goal\\":"' },
      { kind: "goal.set", raw: '{"goal":5}' },
    ]);
  });

  test("works while a deck writes", () => {
    const home = newHome();
    const store = open(home);
    store.append([opened()], { synced: false });
    const reader = openStoreToRead(home);
    onTestFinished(() => reader.close());
    expect(reader.lastSeq()).toBe(1);
    store.append([goal("g")], { synced: false });
    expect([...reader.eventsOf(runA)]).toHaveLength(2);
  });

  test("a home without a record says that there are no runs, and makes nothing", () => {
    const home = newHome();
    const fault = faultOf(() => openStoreToRead(home));
    expect(fault).toMatchObject({ kind: "usage", code: "home.empty" });
    expect(fault.hint).toContain("cyberdeck run");
    expect(existsSync(home)).toBe(false);
  });

  test("a home whose first deck died at once has no runs either", () => {
    const home = newHome();
    mkdirSync(home);
    writeFileSync(join(home, "deck.db"), "");
    expect(faultOf(() => openStoreToRead(home)).code).toBe("home.empty");
  });

  test("nothing can be written through it", () => {
    const home = newHome();
    open(home);
    const reader = openStoreToRead(home);
    onTestFinished(() => reader.close());
    expect(Object.keys(reader)).not.toContain("append");
  });
});

describe("a record that cannot be used", () => {
  test.each([
    ["writing", openStore],
    ["reading", openStoreToRead],
  ])("of a newer version is refused for %s, and left as it is", (_, openIt) => {
    const home = newHome();
    open(home).close();
    const database = new DatabaseSync(join(home, "deck.db"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    const fault = faultOf(() => openIt(home));
    expect(fault).toMatchObject({ kind: "storage", code: "storage.newer" });
    expect(fault.hint).toContain("Update Cyberdeck");
    const again = new DatabaseSync(join(home, "deck.db"));
    onTestFinished(() => again.close());
    expect(again.prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
  });

  test("that is no database is told to be damaged", () => {
    const home = newHome();
    mkdirSync(home);
    writeFileSync(join(home, "deck.db"), "this is not a database, and long enough to be one ".repeat(100));
    expect(faultOf(() => openStore(home))).toMatchObject({ kind: "storage", code: "storage.damaged" });
    expect(faultOf(() => openStoreToRead(home))).toMatchObject({ kind: "storage", code: "storage.damaged" });
  });

  test("that is damaged inside is told when it is read", () => {
    const home = newHome();
    const first = openStore(home);
    first.append(
      Array.from({ length: 200 }, () => chat("x".repeat(1000))),
      { synced: true },
    );
    first.close();
    const path = join(home, "deck.db");
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096);
    writeFileSync(path, bytes);
    const fault = faultOf(() => {
      const store = openStore(home);
      try {
        return [...store.eventsOf(runA)];
      } finally {
        store.close();
      }
    });
    expect(fault).toMatchObject({ kind: "storage", code: "storage.damaged" });
    expect(fault.hint).toContain("events.ndjson");
  });

  test("that is a folder is refused", () => {
    const home = newHome();
    mkdirSync(join(home, "deck.db"), { recursive: true });
    expect(faultOf(() => openStore(home))).toMatchObject({ kind: "storage" });
    rmSync(join(home, "deck.db"), { recursive: true });
    chmodSync(home, 0o700);
    expect(open(home).lastSeq()).toBe(0);
  });
});
