import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pause } from "../../src/base/clock.ts";
import { block, call, say } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { bearersOf } from "../kit/deck.ts";
import { until } from "../process/workbench.ts";
import { openScene, type RecordedEvent, type Scene } from "./command-line.ts";
import { isAlive, processesNamed, remainsOf } from "./remains.ts";

/** Other people's processes with the names and the marker of ours. They must outlive everything here. */
let sentinels: ChildProcess[] = [];
let elsewhere = "";

beforeEach(async () => {
  elsewhere = mkdtempSync(join(tmpdir(), "deck-sentinel-"));
  copyFileSync("/bin/sleep", join(elsewhere, "claude"));
  cpSync(join(import.meta.dirname, "../cabinet"), join(elsewhere, "cabinet"), { recursive: true });
  const env = { PATH: process.env["PATH"] ?? "", CYBERDECK_CONSTRUCT: "cx-00000000" };
  sentinels = [
    spawn(join(elsewhere, "claude"), ["599"], { env, cwd: elsewhere, stdio: "ignore" }),
    spawn(join(elsewhere, "cabinet", "immovable.mjs"), [], {
      env,
      cwd: elsewhere,
      stdio: ["pipe", "ignore", "ignore"],
    }),
  ];
  await Promise.all(sentinels.map((sentinel) => once(sentinel, "spawn")));
});

afterEach(async () => {
  const ends = sentinels.map((sentinel) => once(sentinel, "exit"));
  for (const sentinel of sentinels) sentinel.kill("SIGKILL");
  await Promise.all(ends);
  rmSync(elsewhere, { recursive: true, force: true });
});

/** Works for ever, and has left its parent, its group and its session. */
const busy = `
import { spawn } from "node:child_process";
spawn("sleep", ["598"], { detached: true, stdio: "ignore" }).unref();
setInterval(() => undefined, 60_000);
`;

/** A goal for three real agents, each in the middle of a Bash call that does not end. */
const busyGoal = (): Parameters<typeof openScene>[0] => ({
  files: { "busy.mjs": busy },
  answer: scripted({
    daemon: [
      block({
        actions: ["a", "b", "c"].map((name) => ({ type: "spawn" as const, task: `busy ${name}` })),
        status: "waiting",
      }),
    ],
    afterwards: block({ status: "done", chat: "That was it." }),
    constructs: [{ task: "busy", steps: [call("Bash", { command: "node busy.mjs" }), say("Never said.")] }],
  }),
});

const sleepers = (scene: Scene): number => remainsOf(scene.folder).filter((line) => line.endsWith("sleep 598")).length;
const countOf = (events: RecordedEvent[], type: string): number => events.filter((event) => event.type === type).length;

async function untilBusy(scene: Scene, agents: number): Promise<void> {
  await scene.recorded((events) => countOf(events, "construct.tool_called") === agents);
  await until(() => sleepers(scene) === agents, 30_000);
}

/** Nothing of this run is left, looked for by place, by name and by marker; what belongs to others lives. */
function checkNothingLeft(scene: Scene): void {
  expect(remainsOf(scene.folder)).toEqual([]);
  expect(processesNamed(scene.folder)).toEqual([]);
  expect(scene.events().flatMap(({ construct }) => (construct === undefined ? [] : bearersOf(construct)))).toEqual([]);
  for (const { pid } of sentinels) expect(isAlive(pid ?? 0)).toBe(true);
}

function checkStopped(scene: Scene, constructs: number): void {
  const events = scene.events();
  expect(events.at(-1)).toMatchObject({ type: "run.closed", status: "stopped" });
  expect(countOf(events, "construct.ended")).toBe(constructs);
  expect(countOf(events, "construct.queued")).toBe(constructs);
  expect(scene.report()).toContain("stopped");
}

describe("the command line in a terminal, with three real agents in the middle of a shell call", () => {
  test("Ctrl+C ends everything gracefully, writes the report, and the exit code is 130", async () => {
    await using scene = await openScene(busyGoal());
    const deck = scene.inTerminal(["run", "--embedded", "Keep busy."]);
    await untilBusy(scene, 3);
    deck.type("\u0003");
    expect(await deck.ended).toBe(130);
    checkStopped(scene, 3);
    checkNothingLeft(scene);
    expect(deck.output()).toContain("cyberdeck run --resume");
  });

  test("SIGTERM does the same", async () => {
    await using scene = await openScene(busyGoal());
    const deck = scene.inTerminal(["run", "--embedded", "Keep busy."]);
    await untilBusy(scene, 3);
    deck.signal("SIGTERM");
    expect(await deck.ended).toBe(130);
    checkStopped(scene, 3);
    checkNothingLeft(scene);
  });

  test("closing the terminal does the same", async () => {
    await using scene = await openScene(busyGoal());
    const deck = scene.inTerminal(["run", "--embedded", "Keep busy."]);
    await untilBusy(scene, 3);
    deck.hangUp();
    await until(() => !isAlive(deck.pid), 30_000);
    expect(scene.report()).toContain("SIGHUP");
    checkStopped(scene, 3);
    checkNothingLeft(scene);
  });

  test("kill -9 of one agent is no end of its construct, which goes on in its session, and the run to its end", async () => {
    await using scene = await openScene({
      ...busyGoal(),
      answer: scripted({
        daemon: [
          block({
            actions: [
              { type: "spawn", task: "busy a" },
              { type: "spawn", task: "say b" },
            ],
            status: "waiting",
          }),
        ],
        afterwards: (request) =>
          request.lastUserText.includes("Nothing else is in flight")
            ? block({ status: "done", chat: "That was it." })
            : block({ status: "waiting" }),
        constructs: [
          { task: "busy", steps: [call("Bash", { command: "node busy.mjs" }), say("Said all the same.")] },
          { task: "say", steps: [say("Said.")] },
        ],
      }),
    });
    const deck = scene.inTerminal(["run", "--embedded", "Keep busy."]);
    await untilBusy(scene, 1);
    const busyOne = scene.events().find((event) => event.type === "construct.tool_called")?.construct;
    const started = scene.events().find((event) => event.type === "construct.started" && event.construct === busyOne);
    process.kill(started?.pid ?? Number.NaN, "SIGKILL");
    expect(await deck.ended).toBe(0);
    const ends = scene.events().filter((event) => event.type === "construct.ended");
    expect(ends.find((event) => event.construct === busyOne)?.outcome).toMatchObject({
      state: "done",
      result: "Said all the same.",
    });
    expect(ends.find((event) => event.construct !== busyOne)?.outcome).toMatchObject({ state: "done" });
    expect(scene.events().at(-1)).toMatchObject({ type: "run.closed", status: "done" });
    checkNothingLeft(scene);
  });

  test("after kill -9 of the deck nothing is left alive, and resuming the run goes on", async () => {
    await using scene = await openScene(busyGoal());
    const deck = scene.inTerminal(["run", "--embedded", "Keep busy."]);
    await untilBusy(scene, 3);
    const daemon = scene.events().find((event) => event.type === "daemon.started")?.pid ?? Number.NaN;
    expect(isAlive(daemon)).toBe(true);
    deck.signal("SIGKILL");
    expect(await deck.ended).toBe(137);
    // The deck could end nothing any more; its guardian does.
    await until(() => !isAlive(daemon) && sleepers(scene) === 0, 30_000);
    await until(() => remainsOf(scene.folder).length === 0, 30_000);
    const again = scene.inTerminal(["run", "--embedded", "--resume", "last"]);
    expect(await again.ended).toBe(0);
    const ends = scene.events().flatMap((event) => event.outcome ?? []);
    // They go on in their sessions, in which the call that was cut off is told of.
    expect(ends.map(({ state, cause }) => [state, cause])).toEqual(Array.from({ length: 3 }, () => ["done", "result"]));
    expect(countOf(scene.events(), "run.closed")).toBe(1);
    checkNothingLeft(scene);
  });
});

describe("the command line in a terminal, with agents that cannot be asked to go", () => {
  test.each([
    { presses: 1, says: "Ctrl+C again to kill" },
    { presses: 2, says: "killing everything" },
  ])("Ctrl+C $presses time(s) ends all of them, and the exit code is 130", async ({ presses, says }) => {
    await using scene = await openScene();
    const tasks = ["one", "two", "three"];
    const args = [
      "spawn",
      "--embedded",
      "--offline",
      "--claude-bin",
      scene.agent("immovable"),
      "--max-concurrent",
      "2",
      ...tasks,
    ];
    const deck = scene.inTerminal(args);
    await scene.recorded((events) => countOf(events, "construct.started") === 2);
    deck.type("\u0003");
    if (presses === 2) {
      await until(() => deck.output().includes("Ctrl+C again to kill"));
      // Two presses within a tenth of a second count as one: a finger is slower.
      await pause(200);
      deck.type("\u0003");
    }
    expect(await deck.ended).toBe(130);
    expect(deck.output()).toContain(says);
    checkStopped(scene, 3);
    checkNothingLeft(scene);
  });

  test("Ctrl+C during an offline goal with real agents ends it with a report", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`src/${n % 10}/file-${n}.txt`, "a line\n"]),
    );
    await using scene = await openScene({ files });
    const deck = scene.inTerminal([
      "run",
      "--embedded",
      "--offline",
      "--autopilot",
      "Count the lines of each file in the workspace",
    ]);
    await scene.recorded((events) => countOf(events, "construct.started") > 0);
    deck.type("\u0003");
    expect(await deck.ended).toBe(130);
    const events = scene.events();
    expect(events.at(-1)).toMatchObject({ type: "run.closed", status: "stopped" });
    expect(countOf(events, "construct.ended")).toBe(countOf(events, "construct.queued"));
    checkNothingLeft(scene);
  });
});
