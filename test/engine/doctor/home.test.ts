import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { homeMarkerName, markerName } from "../../../src/drivers/agent.ts";
import { runChecks, type Check } from "../../../src/engine/doctor/check.ts";
import { catalogueCheck, policyCheck, settingsCheck } from "../../../src/engine/doctor/kept.ts";
import { lockCheck, logCheck, sqliteCheck, stateOfHome } from "../../../src/engine/doctor/record.ts";
import { strayCheck } from "../../../src/engine/doctor/strays.ts";
import { newConstructId } from "../../../src/base/ids.ts";
import { openStore } from "../../../src/store/event-log.ts";
import { homeMark, homePaths } from "../../../src/store/home.ts";
import { acquireLock } from "../../../src/store/lock.ts";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { eventually } from "../../kit/deck.ts";

const resultOf = async (one: Check) => (await runChecks([one]))[0];

/** A home in which a run with one construct was opened, and closed if that is said. */
function homeWith(construct: string, isClosed = false) {
  const home = mkdtempSync(join(tmpdir(), "doctor-home-"));
  const store = openStore(home);
  const run = "run-20260101-000000-abcd";
  const settings = defaultSettings(2);
  store.append(
    [
      {
        type: "run.opened",
        run,
        source: "engine",
        body: { kind: "tasks", workspace: home, folder: home, settings, deck: "0", command_line: [] },
      },
      {
        type: "construct.queued",
        run,
        source: "engine",
        body: {
          construct,
          task: "Look.",
          origin: "netrunner",
          parent: null,
          caliber: { model: "sonnet", effort: "low" },
          after: [],
          profile: "default",
          plugins: null,
        },
      },
      ...(isClosed
        ? [
            {
              type: "run.closed" as const,
              run,
              source: "engine",
              body: { status: "done" as const, reason: "", folder: home, duration_ms: 1, cost_usd: 0, constructs: [] },
            },
          ]
        : []),
    ],
    { synced: false },
  );
  store.close();
  // A deck has been at work here.
  acquireLock(home).release();
  return { home, [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }) };
}

/** A process that bears the mark of an agent, in a session of its own as an agent's are. */
async function bearer(mark: string, home?: string) {
  const child = spawn("/bin/sh", ["-c", "exec tail -f /dev/null"], {
    detached: true,
    stdio: "ignore",
    env: {
      PATH: "/usr/bin:/bin",
      [markerName]: mark,
      ...(home === undefined ? {} : { [homeMarkerName]: homeMark(home) }),
    },
  });
  const gone = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const { pid = 0 } = child;
  await eventually(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("tail"), "the program is loaded");
  return {
    pid,
    gone,
    get isAlive() {
      return child.exitCode === null && child.signalCode === null;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

const free = () => ({ state: "free" }) as const;
const taken = () => ({ state: "taken", words: "another deck (pid 7) is at work", pid: 7 }) as const;

describe("what dead decks have left behind", () => {
  test("is told with its number and left alone, until it is to be reaped; then it is ended, and nothing else is", async () => {
    const [own, foreign] = [newConstructId(), newConstructId()];
    using place = homeWith(own);
    await using stray = await bearer(own);
    await using other = await bearer(foreign);
    const told = await resultOf(strayCheck(place.home, free, false));
    expect(told).toMatchObject({ state: "warning", command: "cyberdeck doctor --reap" });
    expect(told?.text).toContain(`${stray.pid} of ${own} (tail -f /dev/null)`);
    expect(told?.text).not.toContain(foreign);
    expect([stray.isAlive, other.isAlive]).toEqual([true, true]);
    const reaped = await resultOf(strayCheck(place.home, free, true));
    expect(reaped).toMatchObject({ state: "ok", text: expect.stringContaining("ended 1 process of a dead deck") });
    expect(await stray.gone).toMatch(/SIGTERM|SIGKILL/);
    expect(other.isAlive).toBe(true);
    expect((await resultOf(strayCheck(place.home, free, true)))?.text).toMatch(/^nothing is left/);
  });

  test("is known by the home's own mark where no record names its agent, but not beside a deck, nor in a copy of the home", async () => {
    using place = homeWith(newConstructId());
    using copy = homeWith(newConstructId());
    await using stray = await bearer("ta-unrecorded", place.home);
    expect((await resultOf(strayCheck(copy.home, free, true)))?.text).toMatch(/^nothing is left/);
    expect(await resultOf(strayCheck(place.home, taken, true))).toMatchObject({ state: "ok" });
    expect(stray.isAlive).toBe(true);
    expect(await resultOf(strayCheck(place.home, free, false))).toMatchObject({ state: "warning" });
    expect((await resultOf(strayCheck(place.home, free, true)))?.text).toContain("ended 1 process of a dead deck");
    expect(await stray.gone).toMatch(/SIGTERM|SIGKILL/);
  });

  test("is not ended while a deck is at work in the home, whatever is asked", async () => {
    const own = newConstructId();
    using place = homeWith(own, true);
    await using stray = await bearer(own);
    const finding = await resultOf(strayCheck(place.home, taken, true));
    expect(finding).toMatchObject({ state: "warning", next: expect.stringContaining("Stop the deck") });
    expect(stray.isAlive).toBe(true);
  });

  test("is not ended where a deck has begun after the look at the lock", async () => {
    const own = newConstructId();
    using place = homeWith(own);
    await using stray = await bearer(own);
    using _lock = acquireLock(place.home);
    expect(await resultOf(strayCheck(place.home, free, true))).toMatchObject({ state: "problem" });
    expect(stray.isAlive).toBe(true);
  });

  test("is not what a deck that is at work has in its open run", async () => {
    const own = newConstructId();
    using place = homeWith(own);
    await using stray = await bearer(own);
    expect(await resultOf(strayCheck(place.home, taken, true))).toMatchObject({ state: "ok" });
    expect(stray.isAlive).toBe(true);
  });

  test("cannot be known of a home without a record: what bears a mark is somebody else's", async () => {
    const home = mkdtempSync(join(tmpdir(), "doctor-home-"));
    await using stray = await bearer(newConstructId());
    expect(await resultOf(strayCheck(home, () => ({ state: "absent" }), true))).toMatchObject({ state: "ok" });
    expect(stray.isAlive).toBe(true);
    expect(readdirSync(home)).toEqual([]);
    rmSync(home, { recursive: true });
  });
});

describe("the lock of a home", () => {
  const greets = () => Promise.resolve();

  test("is looked at without making a home where there is none", async () => {
    const home = join(tmpdir(), "doctor-no-such-home");
    expect(stateOfHome(home).state).toBe("absent");
    expect(await resultOf(lockCheck(home, () => stateOfHome(home), greets))).toMatchObject({ state: "ok" });
    expect(existsSync(home)).toBe(false);
  });

  test("that is free is free afterwards too, and one that is taken is named with its owner", async () => {
    using place = homeWith(newConstructId());
    expect(stateOfHome(place.home).state).toBe("free");
    using _lock = acquireLock(place.home);
    const finding = await resultOf(lockCheck(place.home, () => stateOfHome(place.home), greets));
    expect(finding).toMatchObject({ state: "ok", text: expect.stringContaining(`pid ${process.pid}`) });
  });

  test("whose owner cannot be spoken to is a problem, with the command that ends it", async () => {
    const silent = () => Promise.reject(new Error("nobody listens"));
    expect(await resultOf(lockCheck("/h", taken, silent))).toMatchObject({ state: "problem", command: "kill 7" });
  });
});

describe("the record", () => {
  test("that is whole is counted, and one that is not there is no problem", async () => {
    using place = homeWith(newConstructId());
    expect(await resultOf(logCheck(place.home, () => stateOfHome(place.home)))).toMatchObject({
      state: "ok",
      text: "2 events, without damage",
    });
    expect((await resultOf(logCheck(join(place.home, "other"), () => ({ state: "absent" }))))?.state).toBe("skipped");
  });

  test("tells of a run's file that lacks its end, which the next start mends, unless somebody is at work on it", async () => {
    using place = homeWith(newConstructId());
    const run = "run-20260101-000000-abcd";
    mkdirSync(join(homePaths(place.home).runs, run), { recursive: true });
    writeFileSync(join(homePaths(place.home).runs, run, "events.ndjson"), '{"seq":1}\n{"seq":2,"ty');
    expect(await resultOf(logCheck(place.home, () => stateOfHome(place.home)))).toMatchObject({
      state: "ok",
      text: expect.stringMatching(new RegExp(`without damage; events.ndjson of ${run} lacks its end`)),
    });
    const taken = { state: "taken", words: "at work", pid: 7 } as const;
    expect(await resultOf(logCheck(place.home, () => taken))).toMatchObject({ text: "2 events, without damage" });
  });

  test.each([
    ["is no database", (path: string) => writeFileSync(path, "not a database at all ".repeat(400))],
    ["has lost its end", (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 5000))],
    [
      "has a page of nonsense",
      (path: string) => {
        const file = openSync(path, "r+");
        writeSync(file, Buffer.alloc(4096, 0xee), 0, 4096, 4096);
      },
    ],
  ])("that %s is a problem, with the way out", async (_, damage) => {
    using place = homeWith(newConstructId());
    damage(homePaths(place.home).database);
    const finding = await resultOf(logCheck(place.home, () => stateOfHome(place.home)));
    expect(finding).toMatchObject({ state: "problem", next: expect.stringMatching(/\w/) });
  });

  test("can be kept where the home is, or would be; the trial leaves nothing", async () => {
    using place = homeWith(newConstructId());
    const before = readdirSync(place.home);
    const finding = await resultOf(sqliteCheck(place.home));
    expect(finding).toMatchObject({
      state: "ok",
      text: expect.stringMatching(/SQLite 3\.\d+.* with full-text search/),
    });
    expect(readdirSync(place.home)).toEqual(before);
    // Where a file stands in the home's place nothing can be written.
    expect((await resultOf(sqliteCheck(join(place.home, "lock.db"))))?.state).toBe("problem");
  });
});

describe("what is kept in a home", () => {
  test("is a problem or a warning where it cannot be used, and says where it is wrong", async () => {
    using place = homeWith(newConstructId());
    const { settings, policy } = homePaths(place.home);
    expect(await runChecks([settingsCheck(place.home), policyCheck(place.home)])).toMatchObject([
      { state: "ok" },
      { state: "ok" },
    ]);
    writeFileSync(settings, '{ "budgett": 5 }');
    writeFileSync(policy, "[rule\n");
    appendFileSync(policy, "nonsense");
    const refused = [{ kind: "profile" as const, name: "x", path: "/p/x.toml", line: 3, problem: "it is wrong" }];
    const listing = () => ({ profiles: [1], plugins: [], tools: [], refused });
    expect(
      await runChecks([settingsCheck(place.home), policyCheck(place.home), catalogueCheck(listing)]),
    ).toMatchObject([
      { state: "problem", text: expect.stringContaining("budgett") },
      { state: "problem", text: expect.stringContaining("policy.toml, line 1") },
      { state: "warning", text: "/p/x.toml, line 3: it is wrong" },
    ]);
  });
});
