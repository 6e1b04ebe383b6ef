import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { readRunFilter } from "../../../src/faces/cockpit/runs/run-filter.ts";
import { scriptedDeck, runId, type Script } from "../cli/scripted-deck.ts";
import { openDesk, toPage, type Desk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, closedRuns, oldRuns } from "./kit/scenes.ts";
import type { Size } from "../../../src/faces/cockpit/screen/size.ts";
import type { HostStatus } from "../../../src/protocol/host.ts";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import type { RunSummary } from "../../../src/protocol/view.ts";

const [renamed, ported, reviewed] = oldRuns;

async function openRuns(script: Script = {}, size?: Size) {
  const whole = { status: aStatus, ...script };
  const deck = scriptedDeck(whole);
  closedRuns(deck);
  await busyFleet(deck);
  // What was before the cockpit is not told to it again.
  whole.status = { ...whole.status, seq: deck.events.length };
  const desk = await openDesk(deck, size === undefined ? {} : { size });
  await showRuns(desk);
  await desk.until((rows) => rows.some((row) => row.includes(renamed.goal.slice(0, 12))));
  return { deck, desk };
}

async function showRuns(desk: Desk): Promise<void> {
  await desk.press("ctrl+p");
  await desk.write("show: runs");
  await desk.press("enter");
}

const has = (text: string) => (rows: string[]) => rows.some((row) => row.includes(text));
const listed = (rows: string[]): string[] => rows.slice(4, 10).filter((row) => /\d{4}-\d\d-\d\d/.test(row));

describe("the page of the runs", () => {
  test.each(sizes)("has every run of the home at $columns x $rows", async (size) => {
    const { desk } = await openRuns({}, size);
    await expect(picture(await desk.press("down"))).toMatchFileSnapshot(keptFrame("runs", size));
    await desk.close();
  });

  test("says that there is none where there is none", async () => {
    const desk = await openDesk(scriptedDeck());
    await showRuns(desk);
    expect(await desk.until(has("No run yet."))).toBeDefined();
    expect((await desk.press("enter")).at(-1)).toContain("nothing to act on");
    await desk.close();
  });

  test("tells why the runs cannot be listed", async () => {
    const refuse: Script["refuse"] = ({ type }) =>
      type === "runs.list" ? new Fault("storage", "record.torn", "the record is torn") : undefined;
    const desk = await openDesk(scriptedDeck({ refuse }));
    await showRuns(desk);
    expect(await desk.until(has("The runs cannot be listed: the record is torn"))).toBeDefined();
    await desk.close();
  });

  test("filters while the filter is written, and says what of it is not understood", async () => {
    const { desk } = await openRuns();
    await desk.press("/");
    expect(listed(await desk.write("status:failed"))).toHaveLength(1);
    await desk.press("escape");
    await desk.press("/");
    expect((await desk.write("cost>much")).at(-1)).toContain("cost> takes dollars");
    await desk.press("enter");
    await desk.press("escape", "/");
    await desk.write("nothing like this");
    await desk.press("enter");
    await desk.until(has("None of 4 runs is like this"));
    await desk.press("escape");
    await desk.until(has(renamed.goal));
    await desk.close();
  });

  test("orders by cost, and the other way round", async () => {
    const { desk } = await openRuns();
    expect(listed(await desk.press("o"))[0]).toContain(ported.goal.slice(0, 12));
    expect(listed(await desk.press("O")).at(-1)).toContain(ported.goal.slice(0, 12));
    await desk.close();
  });

  test("opens a run out of the record, and says that it is one", async () => {
    const { desk } = await openRuns();
    await desk.press("end", "enter");
    const frame = await desk.until(has("FROM THE RECORD"));
    expect(frame[0]).toContain(renamed.goal);
    expect(frame.some((row) => row.includes("cx-11111111"))).toBe(true);
    await desk.close();
  });

  test.each(sizes)("shows a run that is looked into alone, until h leaves it, at $columns x $rows", async (size) => {
    const { desk } = await openRuns({}, size);
    await desk.press("home", "down", "down", "enter");
    const frame = await desk.until(has("FROM THE RECORD"));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("fleet-record", size));
    expect(frame[0]).toContain("FROM THE RECORD · h back");
    expect(has("cx-22222222")(frame)).toBe(true);
    expect(has("cx-00000003")(frame)).toBe(false);
    const back = await desk.press("h");
    expect(has("FROM THE RECORD")(back)).toBe(false);
    expect(has("cx-00000003")(back)).toBe(true);
    expect(has("cx-22222222")(back)).toBe(false);
    expect((await desk.press("h")).at(-1)).toContain("nothing to act on");
    await desk.close();
  });

  test("construct, daemon and timeline are about the run that is looked into, and then about the open one again", async () => {
    const { desk } = await openRuns();
    await toPage(desk, "Daemon");
    await toPage(desk, "Construct");
    await showRuns(desk);
    await desk.press("end", "enter");
    await desk.until(has("FROM THE RECORD"));
    for (const page of ["Construct", "Timeline"]) {
      await toPage(desk, page);
      expect(has("cx-00000003")(await desk.until(has("cx-11111111")))).toBe(false);
    }
    await toPage(desk, "Daemon");
    await desk.until(has("That was rename the modules."));
    await desk.press("h");
    await toPage(desk, "Construct");
    expect(has("cx-11111111")(await desk.until(has("cx-00000003")))).toBe(false);
    await toPage(desk, "Daemon");
    expect(has("That was rename the modules.")(await desk.until(has("Eight writers")))).toBe(false);
    await desk.close();
  });

  test("what needs the netrunner in an open run is counted while an old one is looked into", async () => {
    const { desk } = await openRuns();
    await desk.press("end", "enter");
    expect((await desk.until(has("FROM THE RECORD")))[0]).toContain("1 NEEDS YOU");
    expect((await desk.press("g"))[2]).toContain("▌Inbox");
    await desk.close();
  });

  test("a run that begins elsewhere does not take away the one that is looked into", async () => {
    const { deck, desk } = await openRuns();
    await desk.press("end", "enter");
    await desk.until(has("FROM THE RECORD"));
    const settings = defaultSettings(2);
    const stage = deck.stage("run-20261122-110000-0e05");
    stage.emit("run.opened", { kind: "tasks", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
    stage.queue("cx-eeeeeeee", "Something else");
    const frame = await desk.press("s");
    expect(frame[0]).toContain("FROM THE RECORD");
    expect(has("cx-eeeeeeee")(frame)).toBe(false);
    expect(has("cx-eeeeeeee")(await desk.press("h"))).toBe(true);
    await desk.close();
  });

  test("a goal that is set while an old run is looked into leaves that one", async () => {
    const { desk } = await openRuns();
    await desk.press("end", "enter");
    await desk.until(has("FROM THE RECORD"));
    await desk.press("e");
    await desk.write("Something new");
    await desk.press("enter");
    const frame = await desk.until((rows) => !has("FROM THE RECORD")(rows));
    expect(frame[0]).not.toContain(renamed.goal);
    await desk.close();
  });

  test("a run without a construct says so, and how to get back", async () => {
    const whole = { status: aStatus };
    const deck = scriptedDeck(whole);
    const settings = defaultSettings(2);
    const stage = deck.stage("run-20261122-110000-0e05");
    stage.emit("run.opened", { kind: "tasks", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
    stage.close("stopped");
    await busyFleet(deck);
    whole.status = { ...aStatus, seq: deck.events.length };
    const desk = await openDesk(deck);
    await showRuns(desk);
    await desk.until(has("■ stopped"));
    await desk.press("end", "enter");
    await desk.until(has("run-20261122-110000-0e05 had no construct."));
    expect(has("cx-00000003")(await desk.press("h"))).toBe(true);
    await desk.close();
  });

  test("an open run that is opened is the one that is meant, and not from the record", async () => {
    const { desk } = await openRuns();
    await desk.press("end", "enter");
    await desk.until(has("FROM THE RECORD"));
    await showRuns(desk);
    await desk.press("home", "enter");
    const frame = await desk.until((rows) => !has("FROM THE RECORD")(rows));
    expect(frame[0]).toContain("Write the m");
    await desk.close();
  });

  test("a run that cannot be read stays closed, and the netrunner is told why", async () => {
    const refuse: Script["refuse"] = (command) =>
      command.type === "run.show" ? new Fault("storage", "record.torn", "the record is torn") : undefined;
    const { desk } = await openRuns({ refuse });
    await desk.press("end", "enter");
    const frame = await desk.until(has("the record is torn"));
    expect(has("FROM THE RECORD")(frame)).toBe(false);
    await desk.close();
  });
});

describe("going on with a run", () => {
  test("tells the daemon what was written, and shows the run", async () => {
    const { deck, desk } = await openRuns();
    await desk.press("down", "c");
    await desk.until(has("Which tier?"));
    await desk.write("the default one");
    await desk.press("enter");
    await desk.until(has(`${reviewed.run} goes on`));
    expect(deck.commands).toContainEqual({
      type: "run.resume",
      run: reviewed.run,
      say: "the default one",
      command_line: [],
    });
    expect((await desk.press("escape"))[0]).not.toContain("FROM THE RECORD");
    await desk.close();
  });

  test("says nothing to the daemon where nothing was written", async () => {
    const { deck, desk } = await openRuns();
    await desk.press("down", "c");
    await desk.until(has("Which tier?"));
    await desk.press("enter");
    await desk.until(has(`${reviewed.run} goes on`));
    expect(deck.commands).toContainEqual({ type: "run.resume", run: reviewed.run, command_line: [] });
    await desk.close();
  });

  test("is not offered for a run that is open", async () => {
    const { deck, desk } = await openRuns();
    expect((await desk.press("c")).at(-1)).toContain("nothing to act on");
    expect(deck.commands.some(({ type }) => type === "run.resume")).toBe(false);
    await desk.close();
  });

  test("does not put a run of the real models on the offline one", async () => {
    const { deck, desk } = await openRuns({ status: { ...aStatus, offline: true } });
    await desk.press("down", "c");
    await desk.until(has("without --offline"));
    expect(deck.commands.some(({ type }) => type === "run.resume")).toBe(false);
    await desk.close();
  });
});

describe("keeping and removing runs", () => {
  test("exports to the path that was written, below the workspace where it does not begin with /", async () => {
    const { deck, desk } = await openRuns();
    await desk.press("end", "E", "ctrl+u");
    await desk.write("kept.tar.gz");
    await desk.press("enter");
    await desk.until(has("/w/kept.tar.gz: 3 files"));
    expect(deck.commands).toContainEqual({ type: "run.export", run: renamed.run, to: "/w/kept.tar.gz" });
    await desk.close();
  });

  test("an archive that is there is not written over: the refusal is told", async () => {
    const refuse: Script["refuse"] = (command) =>
      command.type === "run.export" ? new Fault("refused", "export.exists", "there is such a file") : undefined;
    const { desk } = await openRuns({ refuse });
    await desk.press("end", "E", "enter");
    expect((await desk.until(has("there is such a file"))).at(-1)).not.toContain("3 files");
    await desk.close();
  });

  test("removes nothing before it was shown what would go", async () => {
    const { deck, desk } = await openRuns({ pruning });
    await desk.press("D", "enter");
    await desk.until(has("Remove these runs?"));
    await desk.press("escape");
    expect(deck.commands.filter(({ type }) => type === "runs.prune")).toEqual([
      { type: "runs.prune", older_than_ms: 30 * 86_400_000, keep: 0, apply: false },
    ]);
    await desk.close();
  });

  test.each(sizes)("asks once more before it removes, at $columns x $rows", async (size) => {
    const { deck, desk } = await openRuns({ pruning }, size);
    await desk.press("D", "ctrl+u");
    await desk.write("12h 5");
    await desk.press("enter");
    const frame = await desk.until(has("Remove these runs?"));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("runs-prune", size));
    await desk.press("enter");
    await desk.until(has("removed: 1 run"));
    expect(deck.commands.filter(({ type }) => type === "runs.prune").at(-1)).toMatchObject({ keep: 5, apply: true });
    await desk.close();
  });

  test("an age that is none removes nothing and asks nothing", async () => {
    const { deck, desk } = await openRuns({ pruning });
    await desk.press("D", "ctrl+u");
    await desk.write("soon");
    await desk.press("enter");
    await desk.until(has('"soon" is no age'));
    expect(deck.commands.some(({ type }) => type === "runs.prune")).toBe(false);
    await desk.close();
  });
});

describe("a filter of runs", () => {
  const run: RunSummary = {
    run: runId,
    kind: "goal",
    goal: "Port the parser",
    status: "failed",
    openedAt: 0,
    durationMs: 90_000,
    costUsd: 2,
    constructs: 3,
    done: 1,
  };

  test.each(["parser", "status:failed", "a1b2", "cost>1", "cost<$3", "time>1m", "!status:done", "done<2 parser"])(
    "%s finds it",
    (text) => expect(readRunFilter(text).has(run, 0)).toBe(true),
  );

  test.each(["lexer", "status:done", "cost>2", "time<1m", "!parser", "parser constructs>3"])(
    "%s does not find it",
    (text) => expect(readRunFilter(text).has(run, 0)).toBe(false),
  );

  test.each(["cost>a", "time<5", "!done>x"])("%s is told to be no filter", (text) =>
    expect(readRunFilter(text).problem).toContain("takes"),
  );

  test("a name that every object has is a word like others", () => {
    expect(readRunFilter("constructor:x").has(run, 0)).toBe(false);
    expect(readRunFilter("__proto__>1").problem).toBeNull();
  });
});

const pruning = {
  applied: false,
  runs: [
    {
      run: renamed.run,
      goal: renamed.goal,
      status: "done" as const,
      last_at: Date.UTC(2026, 10, 20, 9, 5),
      events: 9,
      bytes: 12_000,
    },
  ],
  unfinished: [reviewed.run],
  kept: 2,
  shrunk: false,
};

const aStatus: HostStatus = {
  pid: 1,
  started: 1,
  kind: "host",
  home: "/w/.cyberdeck",
  workspace: "/w",
  since: 0,
  version: "1",
  agent: { path: "/bin/claude", version: "2" },
  offline: false,
  claude_bin: null,
  hub: null,
  provider: "",
  pool: { ready: 0, starting: 0 },
  runs: [],
  faces: 1,
  seq: 0,
  closing: false,
  today_usd: 0,
  idle_ms: 1,
};
