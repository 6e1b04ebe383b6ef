import * as fc from "fast-check";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { type DeckEvent, type EventDraft, flatEvent } from "../../src/protocol/event.ts";
import { foldEvent, foldRunEvents, openView } from "../../src/protocol/snapshot.ts";
import type { RunView } from "../../src/protocol/view.ts";
import { openStore, openStoreToRead, type Store } from "../../src/store/event-log.ts";
import { openRecorder, type Recorder } from "../../src/store/recorder.ts";
import { anyHistory } from "./arbitrary.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { chat, goal, judged, opened, runA, runB, said } from "./fixtures.ts";

interface Deck {
  home: string;
  store: Store;
  recorder: Recorder;
  clock: ReturnType<typeof handClock>;
  heard: DeckEvent[];
  faults: Fault[];
}

function deck(home = join(temporaryFolder(), "home"), change: (store: Store) => Store = (store) => store): Deck {
  const clock = handClock();
  const opening = openStore(home, clock);
  onTestFinished(() => opening.close());
  const store = change(opening);
  const faults: Fault[] = [];
  const recorder = openRecorder(store, { onFault: (fault) => void faults.push(fault), clock });
  onTestFinished(() => recorder.close());
  const heard: DeckEvent[] = [];
  recorder.subscribe((event) => void heard.push(event));
  return { home, store, recorder, clock, heard, faults };
}

/** A deck that tells of each write whether it has waited for the disk, and whose disk takes its time when it is waited for alone. */
function watched() {
  const wrote: boolean[] = [];
  const syncs: PromiseWithResolvers<void>[] = [];
  const own = deck(undefined, (store) => ({
    ...store,
    write(sealed, options) {
      wrote.push(options.synced);
      return store.write(sealed, options);
    },
    sync() {
      const sync = Promise.withResolvers<void>();
      syncs.push(sync);
      return sync.promise;
    },
  }));
  const release = (): void => {
    for (const sync of syncs) sync.resolve();
  };
  // A deck that is closed waits for its disk.
  onTestFinished(release);
  return { wrote, syncs, release, deck: own };
}

const used = (usd: number): EventDraft => ({
  type: "agent.used",
  run: runA,
  source: "cx-00000001",
  body: {
    agent: "cx-00000001",
    role: "construct",
    model: "sonnet",
    requests: 1,
    cost_usd: usd,
    tokens: { input: 1, output: 1, cache_read: 0, cache_written: 0 },
  },
});

const eventsPath = (home: string, run = runA): string => join(home, "runs", run, "events.ndjson");
const linesOf = (path: string): unknown[] => {
  const text = readFileSync(path, "utf8");
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line is torn");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
};
const flat = (events: Iterable<DeckEvent>): unknown[] =>
  [...events].map((event): unknown => JSON.parse(JSON.stringify(flatEvent(event))));

describe("recording", () => {
  test("a change of state is in the database before anybody hears of it", () => {
    const { store, recorder } = deck();
    const reader = openStoreToRead(store.home);
    onTestFinished(() => reader.close());
    const seen: number[] = [];
    recorder.subscribe(() => void seen.push(reader.lastSeq()));
    expect(recorder.record(opened())?.seq).toBe(1);
    recorder.record(goal("g"));
    expect(seen).toEqual([1, 2]);
  });

  test("what agents say waits for its moment, and nobody hears of it before it is written", () => {
    const { store, recorder, clock, heard } = deck();
    expect(recorder.record(said("a"))).toBeUndefined();
    expect(recorder.record(judged("cx-00000001", "allow", "ls"))).toBeUndefined();
    clock.pass(49);
    expect([store.lastSeq(), heard.length]).toEqual([0, 0]);
    clock.pass(1);
    expect([store.lastSeq(), heard.length]).toEqual([2, 2]);
  });

  test("each event has the time at which it happened, not that of its batch", () => {
    const { recorder, clock, heard } = deck();
    recorder.record(said("a"));
    clock.pass(30);
    recorder.record(said("b"));
    clock.pass(30);
    expect(heard.map((event) => event.at - 1_767_323_045_000)).toEqual([0, 30]);
  });

  test("a denial, and what is asked for now, do not wait", () => {
    const { recorder, heard } = deck();
    expect(recorder.record(judged("cx-00000001", "deny", "rm"))?.seq).toBe(1);
    expect(recorder.record(said("now"), { now: true }).seq).toBe(2);
    expect(heard).toHaveLength(2);
  });

  test("a change of state takes what waits along, in the order of the calls", () => {
    const { store, recorder, heard } = deck();
    recorder.record(said("first"));
    recorder.record(said("second"));
    expect(recorder.record(goal("third"))?.seq).toBe(3);
    expect(heard.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect([...store.eventsOf(runA)].map((event) => event.type)).toEqual([
      "construct.said",
      "construct.said",
      "goal.set",
    ]);
  });

  test("a change of state is synced to the disk, a batch of talk is not", () => {
    const synced: boolean[] = [];
    const { recorder, clock } = deck(undefined, (store) => ({
      ...store,
      write(sealed, options) {
        synced.push(options.synced);
        return store.write(sealed, options);
      },
    }));
    recorder.record(opened());
    recorder.record(said("a"));
    clock.pass(50);
    recorder.record(said("b"));
    recorder.record(goal("g"));
    expect(synced).toEqual([true, false, true]);
  });

  test("what was used is written and published at once, also what was said before it, and the disk is waited for in company", async () => {
    const { wrote, syncs, deck: own } = watched();
    const { recorder, clock, heard } = own;
    recorder.record(said("before"));
    for (const usd of [1, 2, 3]) expect(recorder.record(used(usd))?.type).toBe("agent.used");
    expect(heard.map(({ type }) => type)).toEqual(["construct.said", ...Array.from({ length: 3 }, () => "agent.used")]);
    expect(wrote).toEqual([false, false, false]);
    clock.pass(49);
    expect(syncs.length).toBe(0);
    clock.pass(1);
    expect(syncs.length).toBe(1);
    clock.pass(500);
    expect(syncs.length).toBe(1);
  });

  test("what was used needs no look at the disk of its own when a change of state follows", () => {
    const { syncs, deck: own } = watched();
    own.recorder.record(used(1));
    own.recorder.record(goal("g"));
    own.clock.pass(500);
    expect(syncs.length).toBe(0);
  });

  test("a flush waits for the disk also when nothing waits to be written, and only if something is not there", async () => {
    const { syncs, release, deck: own } = watched();
    own.recorder.record(said("a"));
    own.clock.pass(50);
    let isFlushed = false;
    const flushed = own.recorder.flush().then(() => (isFlushed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([syncs.length, isFlushed]).toEqual([1, false]);
    release();
    await flushed;
    await own.recorder.flush();
    own.recorder.record(goal("g"));
    await own.recorder.flush();
    expect(syncs.length).toBe(1);
  });

  test("what comes while the disk is waited for is waited for as well", async () => {
    const { syncs, release, deck: own } = watched();
    own.recorder.record(used(1));
    const first = own.recorder.flush();
    own.recorder.record(used(2));
    const second = own.recorder.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(syncs.length).toBe(2);
    release();
    await Promise.all([first, second]);
  });

  test("a disk that fails while it is waited for stops the recorder, which is told once", async () => {
    const { syncs, deck: own } = watched();
    own.recorder.record(used(1));
    const flushed = own.recorder.flush();
    const other = own.recorder.flush();
    await new Promise((resolve) => setImmediate(resolve));
    for (const sync of syncs) sync.reject(new Error("EIO: i/o error"));
    await expect(flushed).rejects.toThrow("could not record in");
    await expect(other).rejects.toThrow("could not record in");
    expect(() => own.recorder.record(goal("g"))).toThrow("could not record in");
    expect(own.faults.length).toBe(1);
  });

  test("five hundred that wait are written without waiting longer", () => {
    const { recorder, heard } = deck();
    for (let n = 0; n < 499; n += 1) recorder.record(said(String(n)));
    expect(heard).toHaveLength(0);
    recorder.record(said("last"));
    expect(heard).toHaveLength(500);
  });

  test("an event of no run is in the database alone", async () => {
    const { home, store, recorder } = deck();
    recorder.record(goal("g", ""));
    await recorder.flush();
    expect(store.lastSeq()).toBe(1);
    expect(existsSync(join(home, "runs"))).toBe(false);
  });

  test.each(["../../etc", "run-/../..", "run-a/b", "elsewhere", "run-"])(
    "a run with the id %j is refused before anything is written",
    (run) => {
      const { store, recorder } = deck();
      expect(() => recorder.record(goal("g", run))).toThrow(/is not the id of a run/);
      expect(store.lastSeq()).toBe(0);
    },
  );

  test("an event that cannot be read back is refused alone: what waits is not lost with it", () => {
    const { recorder, heard, clock } = deck();
    recorder.record(said("good"));
    const broken = { ...said("x"), body: { construct: "cx-1", text: undefined } } as unknown as EventDraft;
    expect(() => recorder.record(broken)).toThrow(/construct.said/);
    clock.pass(50);
    expect(heard).toHaveLength(1);
    expect(recorder.fault).toBeUndefined();
  });
});

describe("listeners", () => {
  test("one that throws stops neither the others nor the recorder, and is reported", () => {
    const { recorder, heard, faults } = deck();
    recorder.subscribe(() => {
      throw new Error("clumsy");
    });
    const later: DeckEvent[] = [];
    recorder.subscribe((event) => void later.push(event));
    recorder.record(opened());
    recorder.record(goal("g"));
    expect([heard.length, later.length]).toEqual([2, 2]);
    expect(faults.map((fault) => `${fault.kind} ${fault.code}`)).toEqual(Array(2).fill("internal listener.failed"));
    expect(faults[0]?.message).toContain("clumsy");
    expect(recorder.fault).toBeUndefined();
  });

  test("one that records is heard after the event in hand has reached everybody", () => {
    const { recorder } = deck();
    const log: string[] = [];
    recorder.subscribe((event) => {
      log.push(`one ${event.type}`);
      if (event.type === "goal.set") recorder.record(chat("answer"));
    });
    recorder.subscribe((event) => void log.push(`two ${event.type}`));
    recorder.record(goal("g"));
    expect(log).toEqual(["one goal.set", "two goal.set", "one daemon.chat", "two daemon.chat"]);
  });

  test("one that was disposed hears nothing more, also in the middle of an event", () => {
    const { recorder } = deck();
    const log: string[] = [];
    recorder.subscribe(() => second[Symbol.dispose]());
    const second = recorder.subscribe((event) => void log.push(event.type));
    recorder.record(goal("g"));
    expect(log).toEqual([]);
  });

  test("the same function may listen twice, and each disposal ends one", () => {
    const { recorder } = deck();
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const first = recorder.subscribe(listener);
    recorder.subscribe(listener);
    recorder.record(opened());
    first[Symbol.dispose]();
    recorder.record(goal("g"));
    expect(calls).toBe(3);
  });

  test("one that comes while an event is told hears from the next one on", () => {
    const { recorder } = deck();
    const late: string[] = [];
    const once = recorder.subscribe(() => {
      once[Symbol.dispose]();
      recorder.subscribe((event) => void late.push(event.type));
    });
    recorder.record(opened());
    recorder.record(goal("g"));
    expect(late).toEqual(["goal.set"]);
  });
});

describe("a write that fails", () => {
  const full = new Fault("storage", "storage.full", "the disk is full");
  const failing =
    (from: number) =>
    (store: Store): Store => {
      let writes = 0;
      return {
        ...store,
        write(sealed, options) {
          writes += 1;
          if (writes >= from) throw full;
          return store.write(sealed, options);
        },
      };
    };

  test("of a batch is reported once, and thrown at the next call", async () => {
    const { recorder, clock, heard, faults } = deck(undefined, failing(1));
    recorder.record(said("a"));
    clock.pass(50);
    expect(faults).toEqual([full]);
    expect(() => recorder.record(said("b"))).toThrow(full);
    expect(() => recorder.record(goal("c"))).toThrow(full);
    await expect(recorder.flush()).rejects.toBe(full);
    await recorder.close();
    expect(faults).toEqual([full]);
    expect(heard).toEqual([]);
    expect(recorder.fault).toBe(full);
  });

  test("of a change of state is thrown at its caller, and nobody hears of the event", () => {
    const { recorder, heard, faults, store } = deck(undefined, failing(2));
    recorder.record(opened());
    expect(() => recorder.record(goal("g"))).toThrow(full);
    expect(heard.map((event) => event.type)).toEqual(["run.opened"]);
    expect(faults).toEqual([full]);
    expect(store.lastSeq()).toBe(1);
  });

  test("of the real database, gone under the recorder, is a storage fault", () => {
    const { recorder, store, faults } = deck();
    store.close();
    expect(() => recorder.record(opened())).toThrow(expect.objectContaining({ kind: "storage" }));
    expect(faults).toHaveLength(1);
  });
});

describe("closing", () => {
  test("writes what waits, to the database and to the file", async () => {
    const { home, store, recorder } = deck();
    recorder.record(opened());
    recorder.record(said("waiting"));
    await recorder.close();
    expect(store.lastSeq()).toBe(2);
    expect(linesOf(eventsPath(home))).toEqual(flat(store.eventsOf(runA)));
  });

  test("may come twice, and refuses what comes after it", async () => {
    const { recorder } = deck();
    await recorder.close();
    await recorder.close();
    expect(() => recorder.record(opened())).toThrow(/closed/);
  });
});

describe("the file of a run", () => {
  test("has the events of its run, and of no other", async () => {
    const { home, store, recorder } = deck();
    recorder.record(opened(runA));
    recorder.record(opened(runB));
    recorder.record(said("b", "cx-1", runB));
    await recorder.flush();
    expect(linesOf(eventsPath(home, runA))).toEqual(flat(store.eventsOf(runA)));
    expect(linesOf(eventsPath(home, runB))).toEqual(flat(store.eventsOf(runB)));
    expect(linesOf(eventsPath(home, runB))).toHaveLength(2);
  });

  /** A home whose run has a hundred events, its deck closed. */
  async function earlierRun(): Promise<string> {
    const { home, store, recorder } = deck();
    recorder.record(opened());
    for (let n = 0; n < 99; n += 1) recorder.record(said(`line ${n}`));
    await recorder.close();
    store.close();
    return home;
  }

  const cut = (path: string, lines: number): string =>
    readFileSync(path, "utf8")
      .split("\n")
      .slice(0, lines)
      .map((line) => `${line}\n`)
      .join("");

  test.each<[string, (path: string) => void]>([
    ["is whole", () => undefined],
    ["is missing", (path) => rmSync(path)],
    ["is missing with its folder", (path) => rmSync(join(path, ".."), { recursive: true })],
    ["is empty", (path) => writeFileSync(path, "")],
    ["lacks its last lines", (path) => writeFileSync(path, cut(path, 40))],
    ["ends in half a line", (path) => writeFileSync(path, cut(path, 40) + '{"type":"constr')],
    ["is only half a line", (path) => writeFileSync(path, '{"type":"run.op')],
    ["has half a line more than it should", (path) => appendFileSync(path, '{"type":"constr')],
  ])("that %s is equal to the record after the run was reopened", async (_, damage) => {
    const home = await earlierRun();
    damage(eventsPath(home));
    const { store, recorder, faults } = deck(home);
    recorder.record(goal("resumed"));
    await recorder.flush();
    expect(linesOf(eventsPath(home))).toEqual(flat(store.eventsOf(runA)));
    expect(linesOf(eventsPath(home))).toHaveLength(101);
    expect(faults).toEqual([]);
  });

  test.each<[string, (path: string) => void]>([
    [
      "lacks a line in the middle",
      (path) => writeFileSync(path, readFileSync(path, "utf8").replace(/.*line 50".*\n/, "")),
    ],
    ["ends in a line of somebody else", (path) => appendFileSync(path, "my note\n")],
    ["has lines that were never recorded", (path) => appendFileSync(path, '{"type":"goal.set","seq":500}\n')],
  ])("that %s is written anew, the old one is kept, and the run tells it", async (_, damage) => {
    const home = await earlierRun();
    const path = eventsPath(home);
    damage(path);
    const damaged = readFileSync(path, "utf8");
    const { store, recorder, faults } = deck(home);
    recorder.record(goal("resumed"));
    await recorder.flush();
    expect(linesOf(path)).toEqual(flat(store.eventsOf(runA)));
    expect(readFileSync(`${path}.replaced`, "utf8")).toBe(damaged);
    expect(faults.map(({ code }) => code)).toEqual(["events.replaced"]);
    const told = [...store.eventsOf(runA)].filter(({ type }) => type === "deck.warned");
    expect(told.map(({ body }) => body)).toMatchObject([{ code: "events.replaced" }]);
  });

  test("that cannot be written is reported once, stops nothing, and is completed when it can", async () => {
    const { home, store, recorder, faults } = deck();
    mkdirSync(eventsPath(home), { recursive: true });
    recorder.record(opened());
    await recorder.flush();
    recorder.record(goal("g"));
    await recorder.flush();
    expect(faults.map((fault) => fault.kind)).toEqual(["storage"]);
    expect(recorder.fault).toBeUndefined();
    rmSync(eventsPath(home), { recursive: true });
    await recorder.close();
    expect(linesOf(eventsPath(home))).toEqual(flat(store.eventsOf(runA)));
  });

  test("keeps up with more than fits into memory at once", async () => {
    const { home, store, recorder, clock } = deck();
    recorder.record(opened());
    for (let n = 0; n < 40; n += 1) recorder.record(said(`${n}`.padEnd(1_000_000, "x")));
    clock.pass(50);
    await recorder.flush();
    expect(linesOf(eventsPath(home)).map((line) => (line as { seq: number }).seq)).toEqual(
      Array.from({ length: 41 }, (_, n) => n + 1),
    );
    expect(store.countOf(runA, 41)).toBe(41);
  });
});

describe("any history", () => {
  test("makes the same view live, from disk and from the file, and the same events", async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, fc.array(fc.boolean()), async (drafts, pauses) => {
        const home = mkdtempSync(join(tmpdir(), "cyberdeck-history-"));
        const clock = handClock();
        const store = openStore(home, clock);
        const faults: Fault[] = [];
        const recorder = openRecorder(store, { onFault: (fault) => void faults.push(fault), clock });
        const heard: DeckEvent[] = [];
        const views = new Map<string, RunView>();
        try {
          recorder.subscribe((event) => {
            heard.push(event);
            const view = views.get(event.run);
            if (view !== undefined) foldEvent(view, event);
            else if (event.type === "run.opened") views.set(event.run, openView(event));
          });
          for (const [n, draft] of drafts.entries()) {
            recorder.record(draft);
            clock.pass(pauses[n] === true ? 60 : 1);
          }
          await recorder.close();
          expect(faults).toEqual([]);
          expect(heard.map((event) => event.body)).toEqual(drafts.map((draft) => draft.body));
          for (const run of [runA, runB]) {
            const stored = [...store.eventsOf(run)];
            expect(heard.filter((event) => event.run === run)).toEqual(stored);
            expect(views.get(run)).toEqual(foldRunEvents(stored));
            expect(linesOf(eventsPath(home, run))).toEqual(flat(stored));
          }
        } finally {
          store.close();
          rmSync(home, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    );
  });
});
