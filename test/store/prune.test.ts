import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EventDraft } from "../../src/protocol/event.ts";
import { checkLog } from "../../src/store/check-log.ts";
import { openStore, type Store } from "../../src/store/event-log.ts";
import { prunable, prune } from "../../src/store/prune.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { chat, goal, opened } from "./fixtures.ts";

const day = 86_400_000;
const start = 1_767_323_045_000;
const now = start + 10 * day;
const order = { olderThanMs: 5 * day, keep: 0, open: [], now };

const closed = (run: string, status: string): EventDraft =>
  ({
    type: "run.closed",
    run,
    source: "engine",
    body: { status, reason: "", folder: "/f", duration_ms: 1, cost_usd: 0, constructs: [] },
  }) as EventDraft;

const id = (n: number): string => `run-20260102-030405-000${n}`;

/** A home with one run a day: five of them over, one that waits, one that nobody has closed. */
function home(): Store {
  const clock = handClock(start);
  const store = openStore(join(temporaryFolder(), "home"), clock);
  onTestFinished(() => store.close());
  for (const [n, status] of ["done", "failed", "stopped", "waiting", undefined, "done", "done"].entries()) {
    const run = id(n);
    const folder = join(store.home, "runs", run);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "events.ndjson"), "x".repeat(1000));
    store.append([opened(run), goal(`goal ${n}`, run), chat("x".repeat(50_000), run)], { synced: true });
    if (status !== undefined) store.append([closed(run, status)], { synced: true });
    clock.pass(day);
  }
  return store;
}

const folders = (store: Store): string[] => readdirSync(join(store.home, "runs")).toSorted();

describe("old runs", () => {
  test("are named with what removing them frees, and nothing is removed by that", async () => {
    const store = home();
    const plan = await prunable(store, order);
    expect(plan.runs.map(({ run, goal: wanted, events }) => [run, wanted, events])).toEqual([
      [id(5), "goal 5", 4],
      [id(2), "goal 2", 4],
      [id(1), "goal 1", 4],
      [id(0), "goal 0", 4],
    ]);
    expect(plan).toMatchObject({ applied: false, unfinished: [id(4), id(3)], kept: 1 });
    for (const { bytes } of plan.runs) expect(bytes).toBeGreaterThan(51_000);
    expect(store.runs()).toHaveLength(7);
    expect(folders(store)).toHaveLength(7);
  });

  test("are removed with folder and events, the others stay whole, and the room is given back", async () => {
    const store = home();
    const size = (): number =>
      ["deck.db", "deck.db-wal"].reduce((sum, name) => sum + statSync(join(store.home, name)).size, 0);
    const before = size();
    const pruning = await prune(store, order, true);
    expect(pruning).toMatchObject({ applied: true, shrunk: true });
    expect(store.runs()).toEqual([id(6), id(4), id(3)]);
    expect(folders(store)).toEqual([id(3), id(4), id(6)]);
    for (const run of [id(6), id(4), id(3)]) expect(store.countOf(run, 1e9)).toBeGreaterThan(2);
    expect(size()).toBeLessThan(before);
    expect((await checkLog(store.home)).problems).toEqual([]);
  });

  test("that are removed leave a number behind that is never given again", async () => {
    const store = home();
    const last = store.lastSeq();
    await prune(store, { ...order, olderThanMs: 0 }, true);
    expect([...store.eventsAfter(last)]).toMatchObject([{ type: "runs.pruned", seq: last + 1, body: { events: 20 } }]);
    expect(store.append([goal("g", id(4))], { synced: true })[0]?.seq).toBe(last + 2);
  });

  test.each([
    ["that are open in a deck", { ...order, open: [id(0)] }, id(0)],
    ["that are among the newest", { ...order, keep: 2 }, id(5)],
    ["that are too young", order, id(6)],
    ["that wait for the netrunner", { ...order, olderThanMs: 0 }, id(3)],
    ["that nobody has closed", { ...order, olderThanMs: 0 }, id(4)],
  ])("%s stay", async (_, asked, run) => {
    const store = home();
    await prune(store, asked, false);
    expect(store.runs()).toContain(run);
    expect(folders(store)).toContain(run);
  });

  test("stay where the record cannot be written: no folder is lost", async () => {
    const store = home();
    const broken = {
      ...store,
      removeRuns: () => {
        throw new Error("the disk is full");
      },
    };
    await expect(prune(broken, order, true)).rejects.toThrow("the disk is full");
    expect(folders(store)).toHaveLength(7);
  });

  test("of a pruning that was broken off are settled by the next one, as the record says", async () => {
    const store = home();
    const runs = join(store.home, "runs");
    mkdirSync(join(runs, `.pruned-${id(8)}`));
    writeFileSync(join(runs, `.pruned-${id(8)}`, "report.md"), "gone from the record");
    const { renameSync } = await import("node:fs");
    renameSync(join(runs, id(3)), join(runs, `.pruned-${id(3)}`));
    await prune(store, { ...order, olderThanMs: 100 * day }, false);
    expect(existsSync(join(runs, id(3), "events.ndjson"))).toBe(true);
    expect(folders(store).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("whose folder was removed by hand go as well", async () => {
    const store = home();
    const { rmSync } = await import("node:fs");
    rmSync(join(store.home, "runs", id(0)), { recursive: true });
    expect((await prune(store, order, false)).runs.map(({ run }) => run)).toContain(id(0));
    expect(store.runs()).not.toContain(id(0));
  });
});
