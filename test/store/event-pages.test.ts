import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { constructOf } from "../../src/protocol/chain.ts";
import type { DeckEvent, EventDraft } from "../../src/protocol/event.ts";
import type { EventsWanted } from "../../src/protocol/event-page.ts";
import { openForWriting } from "../../src/store/database.ts";
import { eventPages } from "../../src/store/event-pages.ts";
import { openStore, openStoreToRead } from "../../src/store/event-log.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { chat, ended, goal, judged, opened, queued, runA, runB, said } from "./fixtures.ts";

const one = "cx-00000001";
const two = "cx-00000002";

const used = (agent: string): EventDraft => ({
  type: "agent.used",
  run: runA,
  source: agent,
  body: {
    agent,
    role: "construct",
    model: "m",
    requests: 1,
    cost_usd: 0.1,
    tokens: { input: 1, output: 1, cache_read: 0, cache_written: 0 },
  },
});

const drafts: EventDraft[] = [
  opened(),
  goal("count"),
  queued(one, "count"),
  queued(two, "list"),
  opened(runB),
  ...Array.from({ length: 12 }, (_, n) => [said(`${n}`, n % 3 === 0 ? two : one), chat(`${n}`), used(one)]).flat(),
  // Whoever speaks of another one is not about it.
  said(`"construct":"${two}"`, one),
  said("elsewhere", two, runB),
  judged(two, "deny", "rm"),
  ended(one),
];

function recorded() {
  const home = join(temporaryFolder(), "home");
  const store = openStore(home);
  onTestFinished(() => store.close());
  return { home, store, events: store.append(drafts, { synced: false }) };
}

/** What a page has to be, by looking at each event. */
function expected(events: DeckEvent[], run: string, wanted: EventsWanted): { events: DeckEvent[]; more: boolean } {
  const { construct, types, after, before, limit } = wanted;
  const all = events.filter(
    (event) =>
      event.run === run &&
      event.seq > (after ?? 0) &&
      event.seq < (before ?? Number.POSITIVE_INFINITY) &&
      (types?.includes(event.type) ?? true) &&
      (construct === undefined || constructOf(event) === construct),
  );
  return { events: after === undefined ? all.slice(-limit) : all.slice(0, limit), more: all.length > limit };
}

describe("a page of a run's events", () => {
  test("is what looking at each of them finds, whatever is wanted", () => {
    const { store, events } = recorded();
    const wishes = [undefined, one, two].flatMap((construct) =>
      [undefined, ["construct.said"] as const, ["daemon.chat", "agent.used"] as const].flatMap((types) =>
        [{}, { before: 20 }, { after: 0 }, { after: 20 }, { after: 10, before: 30 }, { before: 1 }].flatMap((range) =>
          [1, 5, 500].map((limit): EventsWanted => ({ construct, types, limit, ...range })),
        ),
      ),
    );
    for (const wanted of wishes)
      for (const run of [runA, runB, "run-x"])
        expect({ run, wanted, page: store.pageOf(run, wanted) }).toEqual({
          run,
          wanted,
          page: expected(events, run, wanted),
        });
  });

  test("leads on to the next one, backwards and forwards, until all were there once", () => {
    const { store, events } = recorded();
    const ofRun = events.filter(({ run }) => run === runA).map(({ seq }) => seq);
    const back: number[] = [];
    for (let page = store.pageOf(runA, { limit: 7 }); ;) {
      back.unshift(...page.events.map(({ seq }) => seq));
      if (!page.more) break;
      page = store.pageOf(runA, { limit: 7, before: back[0] });
    }
    expect(back).toEqual(ofRun);
    const forth: number[] = [];
    for (let page = store.pageOf(runA, { limit: 7, after: 0 }); ;) {
      forth.push(...page.events.map(({ seq }) => seq));
      if (!page.more) break;
      page = store.pageOf(runA, { limit: 7, after: forth.at(-1) });
    }
    expect(forth).toEqual(ofRun);
  });

  test("has no more than 500 events, whatever is wanted", () => {
    const { store } = recorded();
    store.append(
      Array.from({ length: 700 }, (_, n) => chat(`${n}`)),
      { synced: false },
    );
    expect(store.pageOf(runA, { limit: 100_000 })).toMatchObject({ events: { length: 500 }, more: true });
  });

  test.each([
    ["of a run", {}, "SEARCH events USING INDEX events_of_run (run=? AND seq>? AND seq<?)"],
    [
      "of a construct",
      { construct: one },
      "SEARCH events USING INDEX events_of_construct (run=? AND <expr>=? AND seq>? AND seq<?)",
    ],
  ])("%s is found by an index, without a sort", (_, wanted, plan) => {
    const { home, store } = recorded();
    store.close();
    const seen: string[] = [];
    const database = openForWriting(join(home, "deck.db"));
    onTestFinished(() => database.close());
    const prepare = database.prepare.bind(database);
    database.prepare = (sql) => {
      seen.push(sql);
      return prepare(sql);
    };
    eventPages(database)(runA, { limit: 5, ...wanted });
    const sql = seen.find((text) => text.includes("ORDER BY seq DESC LIMIT 6")) ?? "";
    const values = "construct" in wanted ? [runA, 0, 99, one] : [runA, 0, 99];
    const details = prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...values)
      .map((row) => row["detail"]);
    expect(details).toEqual([plan]);
  });

  test("is read also of a home that an older deck has written, without the index", () => {
    const { home, store, events } = recorded();
    store.close();
    const database = new DatabaseSync(join(home, "deck.db"));
    database.exec("DROP INDEX events_of_construct");
    database.close();
    const reader = openStoreToRead(home);
    onTestFinished(() => reader.close());
    const wanted = { construct: two, limit: 50 };
    expect(reader.pageOf(runA, wanted)).toEqual(expected(events, runA, wanted));
  });

  test("shows a damaged event to whoever reads the run, and is not kept by it from finding a construct's", () => {
    const { home, store } = recorded();
    store.close();
    const database = new DatabaseSync(join(home, "deck.db"));
    database.exec("UPDATE events SET body = '{\"construct\":' WHERE type = 'goal.set'");
    database.exec("DROP INDEX events_of_construct");
    database.close();
    // The index is made over what is damaged.
    const again = openStore(home);
    onTestFinished(() => again.close());
    expect(again.pageOf(runA, { limit: 2, after: 0 }).events.map(({ type }) => type)).toEqual([
      "run.opened",
      "agent.unknown",
    ]);
    expect(again.pageOf(runA, { construct: one, limit: 1, after: 0 }).events[0]?.type).toBe("construct.queued");
  });
});
