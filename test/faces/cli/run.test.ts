import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Fault } from "../../../src/base/fault.ts";
import { inert } from "../../../src/base/text.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { driveRun } from "../../../src/faces/cli/drive-run.ts";
import type { Port } from "../../../src/host/port.ts";
import type { Command } from "../../../src/protocol/command.ts";
import type { RunStatus } from "../../../src/protocol/run-status.ts";
import { driveOf } from "./drive.ts";
import { runId, scriptedDeck, settings } from "./scripted-deck.ts";
import type { Script, ScriptedDeck, Stage } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const one = "cx-00000001";
const two = "cx-00000002";

const working: Script = {
  onOpen(stage) {
    stage.queue(one, "count the files");
    stage.start(one);
  },
};

const wholeRun: Script = {
  onOpen(stage) {
    stage.queue(one, "count the files");
    stage.queue(two, "delete the world");
    stage.start(one);
    stage.start(two);
    stage.end(one, { files: [{ path: "/workspace/a.txt", size: 7, sha256: "0" }] });
    stage.end(two, {
      state: "killed",
      cause: "budget:time",
      denials: [{ tool: "Bash", input: "rm -rf /", rule: "x" }],
    });
    stage.emit("daemon.chat", { daemon: "dm-1", text: "There are 7 files.\nNothing was deleted." });
    stage.close("done");
  },
};

const event = z.looseObject({ type: z.string(), run: z.string() });
const eventsOf = (out: string) =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => event.parse(JSON.parse(line)));

describe("the end of a run", () => {
  test.each<[RunStatus, number]>([
    ["done", 0],
    ["failed", 1],
    ["waiting", 3],
    ["paused", 4],
    ["stopped", 130],
  ])("status %s is exit code %i", async (status, code) => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close(status, "so it is") });
    expect((await run(stand(["run", "goal"], deck))).code).toBe(code);
    expect(deck.closings).toBe(1);
  });

  test("stdout has the daemon's last words, the constructs, the files and the report; progress is on stderr", async () => {
    const { code, out, err } = await run(stand(["run", "goal"], scriptedDeck(wholeRun)));
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "There are 7 files.
      Nothing was deleted.

      ✓ done · 5.5 s · $0.0246 · 2 constructs
      STATE     CONSTRUCT      TIME     COST  TASK
      ✓ done    cx-00000001  12.3 s  $0.0123  count the files
      ■ killed  cx-00000002  12.3 s  $0.0123  [budget:time] delete the world
      files:
        /workspace/a.txt (7 bytes)
      report: /workspace/.cyberdeck/runs/run-20261122-101500-a1b2/report.md
      "
    `);
    expect(err).toMatchInlineSnapshot(`
      "    0.0 s  run          opened      run-20261122-101500-a1b2 in /workspace/.cyberdeck/runs/run-20261122-101500-a1b2
          0.0 s  run          brake       default
          0.5 s  run          goal        goal
          1.0 s  cx-00000001  queued      count the files
          1.5 s  cx-00000002  queued      delete the world
          2.0 s  cx-00000001  started
          3.0 s  cx-00000002  started
          4.0 s  cx-00000001  ✓ done      12.3 s · $0.0123 · 1 file: All is well.
          4.5 s  cx-00000002  ■ killed    12.3 s · $0.0123 · 1 denied · budget:time: All is well.
          5.0 s  daemon       says        There are 7 files. Nothing was deleted.
          5.5 s  run          done
      "
    `);
  });

  test("a summary says when the model was the scripted one, and so does the progress", async () => {
    const { out, err } = await run(stand(["run", "goal", "--offline"], scriptedDeck(wholeRun)));
    expect(out).toContain("OFFLINE (scripted offline model)");
    expect(err).toContain("OFFLINE");
  });

  test("what models and tools wrote cannot steer the terminal", async () => {
    const evil = "\u001b[2Jboo\u001b]0;title\u0007\u009b31m\u202eback\rover";
    const deck = scriptedDeck({
      onOpen(stage) {
        stage.queue(one, evil);
        stage.start(one);
        stage.emit("construct.tool_called", { construct: one, call: "c", tool: evil, input: evil });
        stage.emit("spawn.refused", { task: evil, origin: "daemon", rule: evil, reason: evil });
        stage.end(one, { state: "failed", cause: evil, result: evil, files: [{ path: evil, size: 1, sha256: "" }] });
        stage.emit("daemon.chat", { daemon: "dm-1", text: evil });
        stage.close("failed", evil);
      },
    });
    const { out, err } = await run(stand(["run", "goal"], deck));
    expect(inert(out + err)).toBe(out + err);
    expect(out).toContain("boo");
  });

  test("a deck that closes before its run has ended is an error that says how to look", async () => {
    const deck = scriptedDeck(working);
    const ended = run(stand(["run", "goal"], deck));
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    await deck.close();
    expect(await ended).toMatchObject({ code: 1, err: expect.stringContaining(`cyberdeck show ${runId}`) });
  });
});

describe("--json", () => {
  test("stdout has one event a line, the last is run.closed, and stderr is silent", async () => {
    const deck = scriptedDeck(wholeRun);
    const { code, out, err } = await run(stand(["run", "goal", "--json"], deck));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const events = eventsOf(out);
    expect(events.map(({ type }) => type)).toEqual(deck.events.map(({ type }) => type));
    const files = [{ path: "/workspace/a.txt", size: 7, sha256: "0" }];
    const denials = [{ tool: "Bash", input: "rm -rf /", rule: "x" }];
    expect(events.at(-1)).toMatchObject({
      type: "run.closed",
      run: runId,
      status: "done",
      folder: `/workspace/.cyberdeck/runs/${runId}`,
      duration_ms: 5000,
      cost_usd: 0.0246,
      constructs: [
        { id: one, task: "count the files", state: "done", cause: "result", files, denials: [] },
        { id: two, task: "delete the world", state: "killed", cause: "budget:time", files: [], denials },
      ],
    });
  });

  test("a text with control characters stays one line of harmless JSON that reads back the same", async () => {
    const text = "a\u2028b\u0085c\u009b31md\u202ee\nf";
    const deck = scriptedDeck({
      onOpen(stage) {
        stage.emit("daemon.chat", { daemon: "dm-1", text });
        stage.close("done");
      },
    });
    const { out } = await run(stand(["run", "goal", "--json"], deck));
    expect(out).not.toMatch(/[\u007f-\u009f\u2028\u202e]/);
    expect(eventsOf(out)).toContainEqual(expect.objectContaining({ type: "daemon.chat", text }));
  });

  test("events of other runs are left out", async () => {
    const deck = scriptedDeck({
      onOpen(stage) {
        deck.stage("run-20261122-101501-ffff").emit("deck.warned", { code: "x", message: "not yours" });
        stage.close("done");
      },
    });
    const { out } = await run(stand(["run", "goal", "--json"], deck));
    expect(new Set(eventsOf(out).map(({ run }) => run))).toEqual(new Set([runId]));
  });

  test("an error goes to stderr and leaves stdout empty", async () => {
    const deck = scriptedDeck({ refuse: () => new Fault("refused", "x", "no") });
    expect(await run(stand(["run", "goal", "--json"], deck))).toEqual({ code: 1, out: "", err: "error: no\n" });
  });

  test("a reader that is slow gets everything, and no more is written than it takes", async () => {
    const many = 500;
    const deck = scriptedDeck({
      onOpen(stage) {
        for (let i = 0; i < many; i += 1) stage.emit("daemon.chat", { daemon: "dm-1", text: "x".repeat(1000) });
        stage.close("done");
      },
    });
    const stdout = new PassThrough({ highWaterMark: 4096 });
    const ended = run(stand(["run", "goal", "--json"], deck, { stdout }));
    await expect.poll(() => stdout.writableNeedDrain).toBe(true);
    expect(stdout.writableLength + stdout.readableLength).toBeLessThan(20_000);
    let text = "";
    for await (const chunk of stdout) {
      text += String(chunk);
      if (text.endsWith("\n") && text.includes('"run.closed"')) break;
    }
    expect((await ended).code).toBe(0);
    expect(eventsOf(text)).toHaveLength(many + 3);
  });

  test("a reader that stands still cannot keep the netrunner from stopping the run", async () => {
    const deck = scriptedDeck({
      onOpen(stage) {
        for (let i = 0; i < 100; i += 1) stage.emit("daemon.chat", { daemon: "dm-1", text: "x".repeat(1000) });
      },
    });
    const stdout = new PassThrough({ highWaterMark: 1024 });
    const world = stand(["run", "goal", "--json"], deck, { stdout });
    const ended = run(world);
    await expect.poll(() => stdout.writableNeedDrain).toBe(true);
    world.raise("SIGINT");
    await expect.poll(() => deck.closings).toBe(1);
    stdout.resume();
    expect((await ended).code).toBe(130);
  });

  test("a reader that goes away ends the run gracefully", async () => {
    const deck = scriptedDeck(working);
    const stdout = new PassThrough();
    const ended = run(stand(["run", "goal", "--json"], deck, { stdout }));
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    stdout.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    expect((await ended).code).toBe(130);
    expect(deck.commands.at(-1)).toMatchObject({ type: "stop", status: "stopped", force: false });
    expect(deck.closings).toBe(1);
  });
});

describe("without a terminal", () => {
  const waiting: Script = {
    onOpen(stage) {
      stage.emit("daemon.chat", { daemon: "dm-1", text: "Shall I go on?" });
      stage.emit("run.waiting", { question: "Shall I go on?" });
    },
  };

  test("a question of the daemon ends the run as waiting, with 3 and the command line to go on with", async () => {
    const deck = scriptedDeck(waiting);
    const argv = ["run", "goal", "--offline", "--home", "/a b/it's", "--workspace", "/"];
    const { code, out, err } = await run(stand(argv, deck));
    expect(code).toBe(3);
    expect(deck.commands.at(-1)).toMatchObject({ type: "stop", status: "waiting", force: false });
    expect(out).toContain("Shall I go on?");
    expect(err).toContain(
      `cyberdeck run --resume ${runId} --workspace / --home '/a b/it'\\''s' --offline --say "proceed"`,
    );
  });

  test("with --json the question does not wait either, and the hint is on stderr", async () => {
    const { code, out, err } = await run(stand(["run", "goal", "--json"], scriptedDeck(waiting)));
    expect(code).toBe(3);
    expect(eventsOf(out).at(-1)).toMatchObject({ type: "run.closed", status: "waiting" });
    expect(err).toContain(`cyberdeck run --resume ${runId} --say "proceed"`);
  });

  test.each([
    ["budget:usd", ["--budget", "3"], "--budget 6.00"],
    ["cap:spawns", ["--max-spawns", "8"], "--max-spawns 16"],
    ["budget.turns", ["--set", "run_turns=20"], "--set run_turns=40"],
    ["budget.day", ["--set", "day_usd=3"], "--set day_usd=6"],
    ["budget.time", ["--set", "run_time=1h"], "--set run_time=2h"],
    ["something else", [], `--resume ${runId}\n`],
  ])("a pause at the bound %s ends with 4 and how to raise it", async (rule, flags, part) => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.emit("run.paused", { rule, reason: "it is full" }) });
    const { code, err } = await run(stand(["run", "goal", ...flags], deck));
    expect(code).toBe(4);
    expect(deck.commands.at(-1)).toMatchObject({ type: "stop", status: "paused", force: false });
    expect(err).toContain("it is full");
    expect(err).toContain(part);
  });

  test("a run that the deck has paused for a defect of its own is gone on with, and no bound is spoken of", async () => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("paused", "the deck died of a defect: no") });
    const { code, err } = await run(stand(["run", "goal"], deck));
    expect(code).toBe(4);
    expect(err).toContain(`What it did is kept. Go on with:\n  cyberdeck run --resume ${runId}`);
    expect(err).not.toContain("bound");
  });

  test("tasks that were stopped can only be given anew, where those that are left go on when the run is resumed", async () => {
    const stopped = (isLeft: boolean): ScriptedDeck =>
      scriptedDeck({
        onOpen: (stage) => {
          stage.queue("cx-00000001", "task");
          if (!isLeft) stage.end("cx-00000001", { state: "killed", cause: "netrunner" });
          stage.close("stopped", "enough");
        },
      });
    const { err: over } = await run(stand(["spawn", "--offline", "task"], stopped(false)));
    expect(over).toContain('give them anew:\n  cyberdeck spawn "TASK" --offline\n');
    expect(over).not.toContain("--resume");
    const { err: left } = await run(stand(["spawn", "--offline", "task"], stopped(true)));
    expect(left).toContain(`Go on with:\n  cyberdeck run --resume ${runId} --offline\n`);
  });

  test("a deck that dies under its face tells how the run goes on, with the flags that it takes", async () => {
    const deck = scriptedDeck(working);
    const dying: Port["follow"] = async function* (after) {
      yield* deck.events.slice(after);
      throw new Fault("setup", "deck.ended", "the deck has ended", { hint: "Look." });
    };
    const { code, err } = await run(
      stand(["run", "goal", "--offline"], { ...deck, port: { ...deck.port, follow: dying } }),
    );
    expect(code).toBe(1);
    expect(err).toContain("the deck has ended");
    expect(err).toMatch(new RegExp(`nothing is lost. Go on with: cyberdeck run --resume ${runId} .*--offline`));
  });

  test("constructs that all wait at bounds of their own, with nobody there, end with 4 and how to raise them", async () => {
    const bound = { which: "construct_usd", used: 3, limit: 2 } as const;
    const raised = (stage: Stage, construct: string): void =>
      stage.emit("attention.raised", {
        item: `at-${construct}`,
        construct,
        kind: "bound.construct",
        text: `${construct} has used $3.00; its bound is $2.00.`,
        next: "Raise it.",
        bound,
      });
    const deck = scriptedDeck({
      onOpen(stage) {
        for (const id of ["cx-00000001", "cx-00000002"]) {
          stage.queue(id, "work");
          stage.start(id);
        }
        raised(stage, "cx-00000001");
        stage.emit("construct.said", { construct: "cx-00000002", text: "at work" });
        raised(stage, "cx-00000002");
      },
    });
    const { code, err } = await run(stand(["run", "goal", "--set", "construct_usd=2"], deck));
    expect(code).toBe(4);
    expect(err).toContain("--set construct_usd=4");
    // Not before the second one waited as well.
    expect(deck.events.findIndex(({ type }) => type === "run.closed")).toBeGreaterThan(
      deck.events.findLastIndex(({ type }) => type === "attention.raised"),
    );
  });

  test("a question after a pause does not ask the deck to stop a second time", async () => {
    const deck = scriptedDeck({
      onOpen(stage) {
        stage.emit("run.paused", { rule: "budget:usd", reason: "it is full" });
        stage.emit("run.waiting", { question: "What now?" });
      },
      onStop: (stage, { status }) => setImmediate(() => stage.close(status)),
    });
    expect((await run(stand(["run", "goal"], deck))).code).toBe(4);
    expect(deck.commands.filter(({ type }) => type === "stop")).toHaveLength(1);
  });
});

describe("an interrupt", () => {
  const stubborn: Script = {
    ...working,
    onStop: (stage, command) => {
      if (command.force) stage.close("stopped", "killed");
    },
  };

  test("asks the deck once to stop, and ends with 130", async () => {
    const deck = scriptedDeck(working);
    const world = stand(["run", "goal"], deck);
    const ended = run(world);
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    world.raise("SIGINT");
    const { code, err } = await ended;
    expect(code).toBe(130);
    expect(deck.commands.slice(1)).toEqual([
      expect.objectContaining({ type: "stop", status: "stopped", force: false }),
    ]);
    expect(err).toContain("stopping… (Ctrl+C again to kill)");
    expect(err).toContain(`cyberdeck run --resume ${runId}`);
    expect(world.listening).toBe(0);
  });

  test("kills at the second time, and the third changes nothing", async () => {
    const deck = scriptedDeck({ ...working, onStop: () => {} });
    const world = stand([], deck);
    let now = 0;
    const ended = driveRun(world, driveOf(deck), { ...systemClock, monotonic: () => now });
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    for (let i = 0; i < 3; i += 1) {
      now += 100;
      world.raise("SIGINT");
    }
    await expect.poll(() => world.err).toContain("already killing");
    deck.stage().close("stopped");
    expect(await ended).toBe(130);
    expect(deck.commands.slice(1).map((command) => command.type === "stop" && command.force)).toEqual([false, true]);
    expect(deck.closings).toBe(1);
  });

  test("that arrives twice, from the terminal and from a launcher that passes it on, counts once", async () => {
    const deck = scriptedDeck({ ...working, onStop: () => {} });
    const world = stand([], deck);
    const ended = driveRun(world, driveOf(deck), { ...systemClock, monotonic: () => 7 });
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    world.raise("SIGINT");
    world.raise("SIGINT");
    await expect.poll(() => world.err).toContain("again to kill");
    deck.stage().close("stopped");
    expect(await ended).toBe(130);
    expect(deck.commands.slice(1)).toEqual([expect.objectContaining({ force: false })]);
  });

  test("SIGHUP only leaves a run that lives in a host, and says so", async () => {
    const deck = scriptedDeck(working);
    const world = stand(["run", "goal"], deck);
    const ended = run(world);
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    world.raise("SIGHUP");
    const { code, err } = await ended;
    expect(code).toBe(130);
    expect(err).toContain(`the host goes on with it. Look at it with: cyberdeck show ${runId}`);
    expect(deck.commands.map(({ type }) => type)).not.toContain("stop");
  });

  test.each([
    ["SIGTERM", []],
    ["SIGTERM", ["--embedded"]],
    ["SIGHUP", ["--embedded"]],
  ] as const)("%s stops the run as one Ctrl+C does, with %j", async (name, flags) => {
    const deck = scriptedDeck(working);
    const world = stand(["run", "goal", ...flags], deck);
    const ended = run(world);
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    world.raise(name);
    const { code, err } = await ended;
    expect(code).toBe(130);
    expect(err).toContain(`stopping on ${name}`);
    expect(err).not.toContain("again to kill");
  });

  test("that comes while the deck opens is kept: no run is opened", async () => {
    const deck = scriptedDeck();
    const opening = Promise.withResolvers<typeof deck>();
    const world = stand(["run", "goal"], () => opening.promise);
    const ended = run(world);
    await expect.poll(() => world.listening).toBeGreaterThan(0);
    world.raise("SIGINT");
    opening.resolve(deck);
    expect((await ended).code).toBe(130);
    expect(deck.commands).toEqual([]);
    expect(deck.closings).toBe(1);
  });

  test("that comes while the run is being opened stops it as soon as it is there", async () => {
    const deck = scriptedDeck({ onOpen: () => world.raise("SIGTERM") });
    const world = stand(["run", "goal"], deck);
    expect((await run(world)).code).toBe(130);
    expect(deck.commands.map(({ type }) => type)).toEqual(["goal.set", "stop"]);
  });

  test("during a pause that stops by itself does not change the status", async () => {
    const deck = scriptedDeck({
      onOpen: (stage) => stage.emit("run.waiting", { question: "?" }),
      onStop: (stage, command) => (command.status === "waiting" ? world.raise("SIGINT") : stage.close("waiting")),
    });
    const world = stand(["run", "goal"], deck);
    expect((await run(world)).code).toBe(3);
  });

  test("is not followed by an endless wait: a run that never closes is given up, and the deck is closed", async () => {
    const deck = scriptedDeck({ ...working, onStop: () => {} });
    const world = stand([], deck);
    const ended = driveRun(world, driveOf(deck), systemClock, { gracefulMs: 5, forcedMs: 5, closeMs: 5 });
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    world.raise("SIGTERM");
    expect(await ended).toBe(130);
    expect(world.err).toContain(`cyberdeck show ${runId}`);
    expect(deck.closings).toBe(1);
  });

  test("does not wait for a deck that does not close, and says so", async () => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    const world = stand([], { port: deck.port, close: () => new Promise(() => {}) });
    expect(await driveRun(world, driveOf(deck), systemClock, { gracefulMs: 5, forcedMs: 5, closeMs: 5 })).toBe(0);
    expect(world.err).toContain("did not close within");
  });

  test("a stop that the deck refuses is told, and a kill is still possible", async () => {
    const deck = scriptedDeck({
      ...stubborn,
      refuse: (command) =>
        command.type === "stop" && !command.force ? new Fault("internal", "x", "stuck") : undefined,
    });
    const world = stand(["run", "goal"], deck);
    const ended = run(world);
    await expect.poll(() => deck.events.length).toBeGreaterThan(3);
    world.raise("SIGINT");
    await expect.poll(() => world.err).toContain("stuck");
    world.raise("SIGTERM");
    expect((await ended).code).toBe(130);
  });
});

describe("--resume", () => {
  const before = async (script: Script) => {
    const deck = scriptedDeck({ workspace: "/", isOver: true, ...script });
    await deck.port.send({
      type: "goal.set",
      goal: "the old goal",
      settings: { ...settings, offline: true },
      command_line: [],
    });
    deck.stage().queue(one, "the old task");
    deck.stage().end(one);
    deck.stage().close("waiting", "?");
    deck.commands.length = 0;
    return deck;
  };

  test.each(["last", runId, "a1b2", "20261122-1015", "run-20261122"])(
    "goes on with the run that %s means",
    async (name) => {
      const deck = await before({});
      const ended = run(stand(["run", "--resume", name, "--say", "proceed", "--offline", "--workspace", "/"], deck));
      await expect.poll(() => deck.commands.at(-1)?.type).toBe("run.resume");
      expect(deck.commands.at(-1)).toMatchObject({ run: runId, say: "proceed" });
      expect(deck.commands.at(-1)).not.toHaveProperty("settings");
      deck.stage().queue(two, "the new task");
      deck.stage().end(two);
      deck.stage().close("done");
      const { code, out } = await ended;
      expect(code).toBe(0);
      expect(out).toContain("the old task");
      expect(out).toContain("the new task");
      expect(out).toContain("$0.0246 (nothing was charged) · 2 constructs");
    },
  );

  test("sends only the bounds that were given, on top of the run's own", async () => {
    const deck = await before({});
    const argv = ["run", "--resume", "last", "--budget", "7", "--model", "haiku", "--offline", "--workspace", "/"];
    const ended = run(stand(argv, deck));
    await expect.poll(() => deck.commands.at(-1)?.type).toBe("run.resume");
    deck.stage().close("done");
    await ended;
    expect(deck.commands.at(-1)).toMatchObject({
      settings: { budget_usd: 7, caliber: { model: "haiku", effort: "high" } },
    });
  });

  test("of a run that is not there is refused before anything starts", async () => {
    const deck = await before({});
    const { code, err } = await run(stand(["run", "--resume", "zzzz", "--offline", "--workspace", "/"], deck));
    expect(code).toBe(2);
    expect(err).toContain('"cyberdeck runs" lists them');
    expect(deck.commands.some(({ type }) => type === "run.resume")).toBe(false);
    expect(deck.closings).toBe(1);
  });

  test("that the deck refuses tells why, and how to go on", async () => {
    const refuse = ({ type }: Command): Fault | undefined =>
      type === "run.resume"
        ? new Fault("refused", "run.not_here", "it cannot go on here: it works elsewhere.", { hint: "Go on there." })
        : undefined;
    const deck = await before({ refuse });
    const { code, err } = await run(stand(["run", "--resume", "last"], deck));
    expect(code).not.toBe(0);
    expect(err).toContain("it works elsewhere");
    expect(err).toContain("Go on there.");
    expect(deck.closings).toBe(1);
  });

  test("of a run with which a host that has just come up goes on by itself follows that, and says there what is to be said", async () => {
    const refuse = ({ type }: Command): Fault | undefined =>
      type === "run.resume"
        ? new Fault("refused", "run.open", "the run is open already", { hint: "Follow it." })
        : undefined;
    const deck = await before({ refuse });
    const ended = run(stand(["run", "--resume", "last", "--say", "proceed", "--offline", "--workspace", "/"], deck));
    await expect.poll(() => deck.commands.at(-1)).toMatchObject({ type: "say", run: runId, text: "proceed" });
    deck.stage().queue(two, "the new task");
    deck.stage().end(two);
    deck.stage().close("done");
    const { code, out } = await ended;
    expect([code, out]).toEqual([0, expect.stringContaining("the new task")]);
  });

  test("a deck without runs says so", async () => {
    const { code, err } = await run(stand(["run", "--resume", "last"], scriptedDeck()));
    expect(code).toBe(2);
    expect(err).toContain("no runs yet");
  });
});
