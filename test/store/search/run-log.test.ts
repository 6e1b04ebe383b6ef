import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { EventDraft } from "../../../src/protocol/event.ts";
import { noTokens } from "../../../src/protocol/outcome.ts";
import { foldRunEvents } from "../../../src/protocol/snapshot.ts";
import { openStore, type Store } from "../../../src/store/event-log.ts";
import { asksOnRecord, runOfConstruct } from "../../../src/store/search/asks.ts";
import { openRunLog, type RunLog } from "../../../src/store/search/run-log.ts";
import { anOutcome } from "../../kit/outcome.ts";
import { anyDraft } from "../arbitrary.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";
import { goal, opened, queued, runA, runB, said } from "../fixtures.ts";

const id = "cx-00000001";

function storeWith(...drafts: EventDraft[]): { home: string; store: Store } {
  const home = temporaryFolder();
  const store = openStore(home);
  onTestFinished(() => store.close());
  store.append(drafts, { synced: false });
  return { home, store };
}

function logOf(home: string, run = runA, module?: string): RunLog {
  const log = openRunLog(home, run, module);
  onTestFinished(() => log[Symbol.dispose]());
  return log;
}

const used = (agent: string, role: "construct" | "daemon" | "watchdog", cost_usd: number): EventDraft => ({
  type: "agent.used",
  run: runA,
  source: agent,
  body: { agent, role, model: "m", requests: 1, cost_usd, tokens: { ...noTokens, input: 10 } },
});

const seqsFor = async (log: RunLog, ...terms: string[][]): Promise<number[]> =>
  (await log.search(terms, 50)).events.map(({ seq }) => seq);

describe.each([
  ["full-text search", undefined, "fts5"],
  ["a scan, where SQLite has no FTS5", "no_such_module", "scan"],
])("by %s", (_name, module, kind) => {
  test("the events with a word are found, those of other runs and the watchdog's own are not", async () => {
    const asked = {
      ask: "wd-1",
      question: "where is the zebra?",
      about: null,
      caliber: { model: "m", effort: "low" },
    } as const;
    const { home } = storeWith(
      opened(),
      said("The zebra is in src/zoo/animals.ts", id),
      said("nothing here", id),
      opened(runB),
      said("another zebra", id, runB),
      { type: "watchdog.asked", run: runA, source: "netrunner", body: asked },
    );
    const log = logOf(home, runA, module);
    expect((await log.search([["zebra"]], 50)).kind).toBe(kind);
    expect(await seqsFor(log, ["zebra"])).toEqual([2]);
    expect(await seqsFor(log, ["src", "zoo", "animals", "ts"])).toEqual([2]);
    expect(await seqsFor(log, ["zoo", "giraffe"])).toEqual([]);
    expect(await seqsFor(log)).toEqual([]);
  });

  test.each([['"'], ["*"], ["NEAR"], ["AND"], ["text:"], ["%"], ["_"], ["!"], ["'); DROP TABLE events; --"]])(
    "%j is a word like another one, and no word of a query",
    async (word) => {
      const { home, store } = storeWith(opened(), said("one", id), said("two", id));
      await logOf(home, runA, module).search([[word]], 50);
      expect(store.lastSeq()).toBe(3);
    },
  );

  test("what is recorded after it was opened is not in it", async () => {
    const { home, store } = storeWith(opened(), said("zebra", id));
    const log = logOf(home, runA, module);
    store.append([said("zebra again", id)], { synced: false });
    expect(await seqsFor(log, ["zebra"])).toEqual([2]);
    expect([log.upTo, log.count, log.newest(10).length]).toEqual([2, 2, 2]);
  });
});

test("full-text search finds words behind line ends and by their stem", async () => {
  const { home } = storeWith(opened(), goal("first\ncompiling\tmodules", runA), said("one\ntwo", id));
  const log = logOf(home);
  expect(await seqsFor(log, ["compile"])).toEqual([2]);
  expect(await seqsFor(log, ["modules"])).toEqual([2]);
  expect(await seqsFor(log, ["two"])).toEqual([3]);
});

/** Without what no log has: a construct that begins or ends for a second time. */
function once(drafts: EventDraft[]): EventDraft[] {
  const ended = new Set<string>();
  return drafts.filter((draft) => {
    if (draft.type === "construct.queued") return false;
    if (draft.type !== "construct.ended") return true;
    return ended.size !== ended.add(draft.body.construct).size;
  });
}

describe("the outline of a run", () => {
  test("makes the view that all events make, but for what agents do in passing", async () => {
    const { home, store } = storeWith(
      opened(),
      goal("Do it.", runA),
      queued(id, "task", runA),
      used(id, "construct", 0.25),
      used("dm-1", "daemon", 0.5),
      said("working", id),
      used(id, "construct", 0.25),
      used("wd-1", "watchdog", 0.125),
      {
        type: "construct.ended",
        run: runA,
        source: "engine",
        body: { construct: id, outcome: anOutcome({ id, cost_usd: 0.5, tokens: { ...noTokens, input: 20 } }) },
      },
      used("dm-1", "daemon", 0.5),
    );
    const whole = foldRunEvents(store.eventsOf(runA));
    const short = foldRunEvents(await logOf(home).outline());
    const own = { lastSeq: 0, lastAt: 0, durationMs: 0 };
    const still = (view: typeof whole) => ({
      ...view,
      ...own,
      constructs: Object.values(view?.constructs ?? {}).map((construct) => ({ ...construct, activity: "" })),
    });
    expect(still(short)).toEqual(still(whole));
    expect(short?.watchdog.costUsd).toBe(0.125);
  });

  test("costs and states are those of the whole log, for any log in which constructs begin and end once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(anyDraft(runA), fc.constant(used(id, "construct", 0.5))), { maxLength: 30 }),
        async (drafts) => {
          const { home, store } = storeWith(opened(), queued(id, "task", runA), ...once(drafts));
          const whole = foldRunEvents(store.eventsOf(runA));
          using log = openRunLog(home, runA);
          const short = foldRunEvents(await log.outline());
          const facts = (view: typeof whole) => [
            view?.status,
            view?.goal,
            ...Object.values(view?.constructs ?? {}).map(({ state, costUsd, denials }) => [state, costUsd, denials]),
          ];
          expect(facts(short)).toEqual(facts(whole));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("an event that is cited", () => {
  test("is shown between the nearest ones of the same construct", () => {
    const other = "cx-00000002";
    const { home } = storeWith(
      opened(),
      said("a", id),
      said("b", other),
      said("c", id),
      said("d", other),
      said("e", id),
    );
    const found = logOf(home).around(4, 3);
    expect(found?.before.map(({ seq }) => seq)).toEqual([2]);
    expect(found?.after.map(({ seq }) => seq)).toEqual([6]);
  });

  test("of another run, or of none, is not found; whose it is can be told", () => {
    const { home } = storeWith(opened(), opened(runB));
    const log = logOf(home);
    expect([log.around(2, 3), log.around(9, 3)]).toEqual([undefined, undefined]);
    expect([log.runOf(1), log.runOf(2), log.runOf(9)]).toEqual([runA, runB, undefined]);
  });
});

test("a home without a record is a fault that says what to do", () => {
  expect(() => openRunLog(temporaryFolder(), runA)).toThrow(Fault);
  expect(() => asksOnRecord(temporaryFolder(), undefined, 10)).toThrow(/no runs yet/);
});

test("the run of a construct is found by its id alone, and not by what a text says", () => {
  const { home } = storeWith(
    opened(),
    queued(id, "task", runA),
    opened(runB),
    said('"construct":"cx-00000009"', id, runB),
    queued("cx-00000002", `like "construct":"cx-00000009"`, runB),
  );
  const found = [id, "cx-00000002", "cx-00000009", "%"].map((one) => runOfConstruct(home, one));
  expect(found).toEqual([runA, runB, undefined, undefined]);
});

test("the questions of one run are told apart from those of another", () => {
  const asked = (ask: string, run: string): EventDraft => ({
    type: "watchdog.asked",
    run,
    source: "netrunner",
    body: { ask, question: "why?", about: null, caliber: { model: "m", effort: "low" } },
  });
  const { home } = storeWith(opened(), opened(runB), asked("wd-1", runA), asked("wd-2", runB), asked("wd-3", runA));
  const ids = (run: string | undefined, most: number): string[] => asksOnRecord(home, run, most).map(({ ask }) => ask);
  expect(ids(runA, 10)).toEqual(["wd-1", "wd-3"]);
  expect(ids(undefined, 2)).toEqual(["wd-2", "wd-3"]);
});
