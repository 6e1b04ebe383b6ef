import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { judgeFor } from "../../../src/engine/gate/judge.ts";
import { openEditingDeck } from "../../../src/host/editing.ts";
import { openReadingDeck } from "../../../src/host/reading.ts";
import { restingPlace } from "../../../src/host/tripwire-desk.ts";
import type { DeckEvent, EventDraft } from "../../../src/protocol/event.ts";
import { replayClock, replayRun, type Replay } from "../../../src/faces/cli/replay-run.ts";
import { openStore } from "../../../src/store/event-log.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { chat, ended, goal, opened, queued, runA, runB } from "../../store/fixtures.ts";
import { run, stand, terminal, type Stand } from "./test-world.ts";

const closed = (id: string): EventDraft => ({
  type: "run.closed",
  run: id,
  source: "engine",
  body: { status: "done", reason: "", folder: "/f", duration_ms: 1, cost_usd: 0, constructs: [] },
});

/** A workspace with a recorded run of two minutes, and another one beside it. */
function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), "replay-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, ".cyberdeck");
  const clock = handClock();
  const store = openStore(home, clock);
  const record = (ms: number, ...drafts: EventDraft[]): void => {
    clock.pass(ms);
    store.append(drafts, { synced: true });
  };
  record(0, opened(), goal("a goal")); // 1, 2
  record(0, opened(runB)); // 3
  record(500, queued("cx-00000001", "a task")); // 4
  record(100_000, ended("cx-00000001")); // 5
  record(-60_000, chat("All is well.")); // 6: the clock was set back
  record(20_000, closed(runA), closed(runB)); // 7, 8
  store.close();
  for (const id of [runA, runB]) mkdirSync(join(home, "runs", id), { recursive: true });
  return folder;
}

const world = (folder: string, argv: string[], changes: Parameters<typeof stand>[2] = {}): Stand => {
  const home = join(folder, ".cyberdeck");
  const judge = judgeFor({ ...restingPlace(home, folder), agentHome: folder });
  const made: Stand = stand(
    [...argv, "--workspace", folder],
    () => {
      const mode = made.opened.at(-1)?.mode;
      if (mode === "attach") return Promise.reject(notRunning());
      return Promise.resolve(
        mode === "edit" ? openEditingDeck(home, { secrets: [], version: "1" }) : openReadingDeck(home, judge),
      );
    },
    { cwd: folder, ...changes },
  );
  return made;
};

const notRunning = (): Error => new Fault("refused", "deck.not_running", "no deck runs here", { hint: "Start one." });

describe("replay", () => {
  const linesOf = (text: string): { seq: number; run: string }[] =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq: number; run: string });

  test("away from a terminal tells a run at once, as it was told while it went on, and how it ended", async () => {
    const { code, out, err } = await run(world(workspace(), ["replay", runA]));
    expect(code).toBe(0);
    expect(err).toMatch(/1 m 4\d s +cx-00000001 +✓ done/);
    expect(err).toContain("All is well.");
    expect(out).toContain("done");
    expect(out).toContain("report: ");
  });

  test("as JSON gives exactly the events of the run", async () => {
    const { out, err } = await run(world(workspace(), ["replay", runA, "--json"]));
    expect(linesOf(out).map(({ seq }) => seq)).toEqual([1, 2, 4, 5, 6, 7]);
    expect(err).toBe("");
  });

  test.each([
    [
      ["--from", "4"],
      [4, 5, 6, 7],
    ],
    [
      ["--to", "4"],
      [1, 2, 4],
    ],
    [
      ["--from", "2", "--to", "5"],
      [2, 4, 5],
    ],
    [
      ["--to", "1s"],
      [1, 2, 4],
    ],
    [["--from", "90s", "--to", "2m"], [5]],
  ])("with %j shows that part, by number or by time", async (flags, seqs) => {
    const { out } = await run(world(workspace(), ["replay", runA, "--json", ...flags]));
    expect(linesOf(out).map(({ seq }) => seq)).toEqual(seqs);
  });

  test.each([
    [["--from", "99999"], /nothing to show: .* its last event is number 7, .* into the run/],
    [["--from", "3h"], /was over before --from/],
    [["--from", "2999-01-01"], /was over before --from/],
    [["--from", "5", "--to", "4"], /no event of .* is between --from and --to/],
  ])("with %j says why there is nothing to see, also beside JSON", async (flags, why) => {
    const told = await run(world(workspace(), ["replay", runA, ...flags]));
    expect([told.code, told.err]).toEqual([0, expect.stringMatching(why)]);
    const { code, out, err } = await run(world(workspace(), ["replay", runA, "--json", ...flags]));
    expect({ code, out, err }).toEqual({ code: 0, out: "", err: expect.stringMatching(why) });
  });

  test("says nothing of that where something is shown", async () => {
    const { err } = await run(world(workspace(), ["replay", runA, "--from", "7"]));
    expect(err).not.toContain("nothing to show");
  });

  test.each(["max", "1000", "1000x", "2000.5X"])("at the speed %s shows all of it", async (speed) => {
    const { code, out } = await run(world(workspace(), ["replay", runA, "--json", "--speed", speed, "--idle", "1s"]));
    expect([code, linesOf(out).map(({ seq }) => seq)]).toEqual([0, [1, 2, 4, 5, 6, 7]]);
  });

  test.each([
    [["--speed", "0"], "--speed cannot be"],
    [["--speed", "fast"], "--speed max"],
    [["--to", "noon"], "--to cannot be"],
    [["--idle", "x"], "--idle cannot be"],
  ])("with %j is refused, and says what is right", async (flags, part) => {
    const { code, err } = await run(world(workspace(), ["replay", runA, ...flags]));
    expect(code).toBe(2);
    expect(err).toContain(part);
  });

  test("of a run that there is not is refused", async () => {
    const { code, err } = await run(world(workspace(), ["replay", "zzzz"]));
    expect([code, err.includes('there is no run "zzzz"')]).toEqual([2, true]);
  });

  test("on a terminal is ended by Ctrl+C in the middle of a pause", async () => {
    const made = world(workspace(), ["replay", runA, "--idle", "forever"]);
    terminal(made.stderr);
    const ending = run(made);
    await expect.poll(() => made.err).toContain("cx-00000001");
    made.raise("SIGINT");
    expect((await ending).code).toBe(130);
    expect(made.listening).toBe(0);
  });

  /** Replays events with these times, and gives the waits that it asked for. */
  async function waits(ats: number[], how: Partial<Replay>): Promise<number[]> {
    const asked: number[] = [];
    const drafts = ats.map((at, index): DeckEvent => ({
      ...(index === 0 ? opened() : chat(String(index))),
      seq: index + 1,
      at,
      version: 1,
    }));
    await replayRun({
      run: runA,
      events: (async function* () {
        yield* drafts;
      })(),
      from: undefined,
      to: undefined,
      speed: 1,
      idleMs: 2000,
      progress: { tell() {}, note() {}, hold() {}, release() {}, lastWords: undefined, close() {} },
      json: undefined,
      time: replayClock(handClock()),
      wait: (ms) => {
        asked.push(ms);
        return Promise.resolve();
      },
      signal: new AbortController().signal,
      ...how,
    });
    return asked;
  }

  test("waits as long as it took, scaled, and never longer than is bearable", async () => {
    expect(await waits([0, 100, 100, 1100, 900_000], {})).toEqual([100, 0, 1000, 2000]);
    expect(await waits([0, 100, 10_000], { speed: 10 })).toEqual([10, 990]);
    expect(await waits([0, 100, 10_000], { speed: "max" })).toEqual([]);
    expect(await waits([0, 100_000], { idleMs: Number.POSITIVE_INFINITY })).toEqual([100_000]);
  });

  test("does not wait where the clock was set back, nor for what is not shown", async () => {
    expect(await waits([1_000_000, 0, 500], {})).toEqual([0, 500]);
    expect(await waits([0, 1000, 2000, 3000], { from: { seq: 3 } })).toEqual([1000]);
  });

  test("shows the time of the run, going on at its speed until the next event", () => {
    const hand = handClock(5000);
    const clock = replayClock(hand);
    clock.reach(1_000_000, 10_000, 10);
    hand.pass(500);
    expect(clock.now()).toBe(1_005_000);
    hand.pass(5000);
    expect(clock.now()).toBe(1_010_000);
  });
});

describe("export", () => {
  test("makes the archive where the command is called, and says where and what", async () => {
    const folder = workspace();
    const { code, out } = await run(world(folder, ["export", runA]));
    expect(code).toBe(0);
    expect(out).toContain(`${join(folder, `${runA}.tar.gz`)} (3 files, `);
    expect(existsSync(join(folder, `${runA}.tar.gz`))).toBe(true);
    const again = await run(world(folder, ["export", runA, "--json"]));
    expect([again.code, again.out]).toEqual([2, ""]);
    expect(again.err).toContain("is there already");
  });
});

describe("runs", () => {
  test("that no deck has are not said to be running: they were cut off, and how each goes on is told", async () => {
    const folder = workspace();
    const store = openStore(join(folder, ".cyberdeck"), handClock());
    store.append([opened("run-20260101-000000-dead")], { synced: true });
    store.close();
    const { out } = await run(world(folder, ["runs"]));
    expect(out).toMatch(/run-20260101-000000-dead .* ‖ cut off /);
    expect(out.match(/--resume/g)).toHaveLength(1);
    expect(out).toContain("Go on with: cyberdeck run --resume run-20260101-000000-dead\n");
    const flat = (await run(world(folder, ["runs", "--json"]))).out.trim().split("\n");
    expect(flat.map((line) => (JSON.parse(line) as { cut_off: boolean }).cut_off)).toEqual([true, false, false]);
  });
});

describe("runs prune", () => {
  const left = async (folder: string): Promise<string[]> =>
    (await run(world(folder, ["runs", "--json"]))).out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { run: string }).run);

  test("without an age, a number or a setting is refused: nothing goes that nobody asked for", async () => {
    const { code, err } = await run(world(workspace(), ["runs", "prune", "--yes"]));
    expect(code).toBe(2);
    expect(err).toContain("settings set retention");
  });

  test("says what would go, and removes nothing", async () => {
    const folder = workspace();
    const { code, out } = await run(world(folder, ["runs", "prune", "--older-than", "1d"]));
    expect(code).toBe(0);
    expect(out).toMatch(/2 runs, about .* would be removed\. 0 runs kept\.\nNothing was removed: repeat it with --yes/);
    expect(await left(folder)).toEqual([runB, runA]);
    expect(existsSync(join(folder, ".cyberdeck/runs", runA))).toBe(true);
    expect((await run(world(folder, ["runs", "prune", "--older-than", "1d", "--dry-run"]))).out).toBe(out);
  });

  test("with --yes and --dry-run is refused", async () => {
    const folder = workspace();
    const { code, err } = await run(world(folder, ["runs", "prune", "--older-than", "1d", "--dry-run", "--yes"]));
    expect(code).toBe(2);
    expect(err).toContain("cannot be used with");
    expect(await left(folder)).toEqual([runB, runA]);
  });

  test("with a flag that it does not know names its own help, not that of its parent", async () => {
    const { code, err } = await run(world(workspace(), ["runs", "prune", "--older"]));
    expect(code).toBe(2);
    expect(err).toContain('"cyberdeck runs prune --help" shows what there is');
  });

  test("with --yes removes them, and keeps the newest that it is told to", async () => {
    const folder = workspace();
    const { out } = await run(world(folder, ["runs", "prune", "--older-than", "1d", "--keep", "1", "--yes", "--json"]));
    expect(JSON.parse(out)).toMatchObject({ applied: true, runs: [{ run: runA }], kept: 1, shrunk: true });
    expect(await left(folder)).toEqual([runB]);
    expect(existsSync(join(folder, ".cyberdeck/runs", runA))).toBe(false);
  });

  test("goes by the setting where no age is given", async () => {
    const folder = workspace();
    expect((await run(world(folder, ["settings", "set", "retention", "30"]))).code).toBe(0);
    const { out } = await run(world(folder, ["runs", "prune"]));
    expect(out).toContain("2 runs");
    expect((await run(world(folder, ["settings", "set", "retention", "99999"]))).code).toBe(0);
    expect((await run(world(folder, ["runs", "prune"]))).out).toContain("Nothing to remove. 2 runs kept.");
  });
});
