import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hostStatusSchema } from "../../src/protocol/host.ts";
import { call, say } from "../../src/offline/reply.ts";
import { until } from "../process/workbench.ts";
import { openScene, type Running, type Scene } from "./command-line.ts";
import { isAlive, remainsOf } from "./remains.ts";

/** Tasks that begin with "busy" work until they are stopped. */
const openBusy = (): Promise<Scene> =>
  openScene({
    answer: ({ toolResults }) =>
      toolResults.length === 0 ? call("Bash", { command: "touch started; sleep 300 & wait" }) : say("Done."),
  });

const isBusy = (scene: Scene): Promise<void> =>
  scene.recorded((events) => events.some(({ type }) => type === "construct.tool_called"));

/** A command to its end: its exit code, and what it wrote besides the line of the sentinel. */
async function tell(scene: Scene, ...args: string[]): Promise<{ code: number; text: string }> {
  const told = await scene.inGroup(args);
  const code = await told.ended;
  return { code, text: told.output().replace(/^sentinel \d+\n/, "") };
}

async function statusOf(scene: Scene): Promise<z.infer<typeof hostStatusSchema>> {
  const { code, text } = await tell(scene, "host", "status", "--json");
  expect([code, text]).toEqual([0, expect.stringContaining("{")]);
  return hostStatusSchema.parse(JSON.parse(text));
}

const stoppedSchema = z.object({ runs: z.array(z.string()), proven: z.boolean(), gone: z.boolean(), pid: z.int() });

/** Ends the host; nothing of it may be left, and no socket. */
async function stopHost(scene: Scene): Promise<z.infer<typeof stoppedSchema>> {
  const { code, text } = await tell(scene, "host", "stop", "--json");
  expect([code, text]).toEqual([0, expect.stringContaining("{")]);
  const stopped = stoppedSchema.parse(JSON.parse(text));
  expect(stopped).toMatchObject({ proven: true, gone: true });
  checkNothingLeft(scene);
  return stopped;
}

function checkNothingLeft(scene: Scene): void {
  expect(remainsOf(scene.folder).filter((line) => !line.includes("sleep 599"))).toEqual([]);
  expect(readdirSync(scene.home).filter((name) => /deck\.sock|lock\.json/.test(name))).toEqual([]);
}

const runIn = (face: Running): string => /run-\d{8}-\d{6}-[0-9a-f]{4}/.exec(face.output())?.[0] ?? "";

/** Ten commands a test, each a process of its own, and all of them share a machine that may be busy. */
const patience = { timeout: 180_000 };

describe("a run in the host", patience, () => {
  test("goes on when its face is killed, is seen by other faces, and ends with the host, of which nothing is left", async () => {
    await using scene = await openBusy();
    const face = await scene.inGroup(["spawn", "busy"]);
    await isBusy(scene);
    face.signal("SIGKILL");
    await face.ended;
    const status = await statusOf(scene);
    expect(status).toMatchObject({ kind: "host", home: scene.home, workspace: scene.workspace, offline: false });
    expect(status.runs).toMatchObject([{ run: runIn(face), status: "running", at_work: 1 }]);
    const [one, two] = [
      await scene.inGroup(["logs", "last", "--follow"]),
      await scene.inGroup(["logs", "last", "--follow"]),
    ];
    for (const log of [one, two]) await until(() => log.output().includes("started"), 30_000);
    expect((await tell(scene, "ls")).text).toContain("busy");
    const stopped = await stopHost(scene);
    expect(stopped.runs).toEqual([runIn(face)]);
    expect([await one.ended, await two.ended]).toEqual([0, 0]);
    const lines = (log: Running): string[] => log.output().split("\n").slice(1);
    expect(lines(one)).toEqual(lines(two));
    expect(scene.events().at(-1)).toMatchObject({ type: "run.closed", status: "stopped" });
    expect(isAlive(status.pid)).toBe(false);
  });

  test("is stopped by Ctrl+C, and the host stays for the next one", async () => {
    await using scene = await openBusy();
    const face = scene.inTerminal(["spawn", "busy"]);
    await isBusy(scene);
    face.type("\u0003");
    expect(await face.ended).toBe(130);
    expect(scene.events().at(-1)).toMatchObject({ type: "run.closed", status: "stopped" });
    expect((await statusOf(scene)).runs).toEqual([]);
    await stopHost(scene);
  });

  test("goes on when the terminal is closed, and its next face can stop it", async () => {
    await using scene = await openBusy();
    const face = scene.inTerminal(["spawn", "busy"]);
    await isBusy(scene);
    face.hangUp();
    await until(() => !isAlive(face.pid), 30_000);
    expect((await statusOf(scene)).runs).toMatchObject([{ status: "running" }]);
    const ejected = await tell(scene, "eject");
    expect([ejected.code, ejected.text]).toEqual([0, expect.stringContaining("nothing is left")]);
    await stopHost(scene);
  });

  test("only begins with --detach, beside another one that is at work", async () => {
    await using scene = await openBusy();
    const first = await tell(scene, "spawn", "--detach", "busy one");
    expect([first.code, first.text]).toEqual([0, expect.stringContaining("cyberdeck logs run-")]);
    await isBusy(scene);
    expect((await tell(scene, "spawn", "--detach", "busy two")).code).toBe(0);
    expect((await statusOf(scene)).runs).toHaveLength(2);
    const unclear = await tell(scene, "airgap", "on");
    expect([unclear.code, unclear.text]).toEqual([2, expect.stringContaining("--run")]);
    expect((await stopHost(scene)).runs).toHaveLength(2);
  });
});

describe("the host", patience, () => {
  test("is one, however many faces start it at once", async () => {
    await using scene = await openBusy();
    const told = await Promise.all([1, 2, 3].map(() => tell(scene, "host", "--detach")));
    expect(told.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(told.map(({ text }) => /pid (\d+)/.exec(text)?.[1])).size).toBe(1);
    await stopHost(scene);
  });

  test("that cannot start says why to the face that wanted it", async () => {
    await using scene = await openBusy();
    const { code, text } = await tell(scene, "spawn", "--claude-bin", "./no-agent", "busy");
    expect([code, text]).toEqual([1, expect.stringContaining("name its executable with --claude-bin PATH")]);
    checkNothingLeft(scene);
  });

  test("ends by itself when it has had nothing to do for as long as the setting says", async () => {
    await using scene = await openBusy();
    expect((await tell(scene, "settings", "set", "host_idle", "1s")).code).toBe(0);
    const { text } = await tell(scene, "host", "--detach");
    const pid = Number(/pid (\d+)/.exec(text)?.[1]);
    expect(pid).toBeGreaterThan(0);
    await until(() => !isAlive(pid), 30_000);
    checkNothingLeft(scene);
    expect((await tell(scene, "host", "status")).code).toBe(1);
  });

  test("of another mode is replaced when it has nothing to do", async () => {
    await using scene = await openBusy();
    expect((await tell(scene, "host", "--detach", "--offline")).code).toBe(0);
    const before = await statusOf(scene);
    expect(before.offline).toBe(true);
    // What belongs to the provider is not passed on to it, nor to what it starts.
    expect(readFileSync(`/proc/${before.pid}/environ`, "utf8")).not.toContain("ANTHROPIC");
    expect((await tell(scene, "host", "--detach")).code).toBe(0);
    const after = await statusOf(scene);
    expect([after.offline, after.pid === before.pid, isAlive(before.pid)]).toEqual([false, false, false]);
    await stopHost(scene);
  });

  test("keeps the secrets of every face to itself, those that it was not started with too", async () => {
    await using scene = await openBusy();
    expect((await tell(scene, "host", "--detach", "--offline")).code).toBe(0);
    const secret = "orange lantern in the harbour";
    const task = `Say that the word is ${secret}`;
    const face = await scene.inGroup(["spawn", "--offline", task], { LIGHTHOUSE_TOKEN: secret });
    expect([await face.ended, face.output()]).toEqual([0, expect.stringContaining("done")]);
    const kept = readdirSync(scene.home, { recursive: true, withFileTypes: true })
      // What the agent keeps for itself is the agent's.
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("offline-home"))
      .map(({ parentPath, name }) => join(parentPath, name));
    expect(kept.filter((file) => readFileSync(file, "utf8").includes("Say that the word is"))).not.toEqual([]);
    expect(kept.filter((file) => readFileSync(file, "utf8").includes(secret))).toEqual([]);
    await stopHost(scene);
  });

  test("of another mode that is at work is left alone, and whoever wants another one is told what to do", async () => {
    await using scene = await openBusy();
    expect((await tell(scene, "spawn", "--detach", "busy")).code).toBe(0);
    await isBusy(scene);
    const refused = await tell(scene, "spawn", "--offline", "busy");
    expect([refused.code, refused.text]).toEqual([1, expect.stringMatching(/is not offline.*at work.*host stop/s)]);
    expect((await stopHost(scene)).runs).toHaveLength(1);
  });

  test("that was killed is followed by one that ends what was left and goes on with its runs", async () => {
    await using scene = await openBusy();
    expect((await tell(scene, "spawn", "--detach", "busy")).code).toBe(0);
    await isBusy(scene);
    const { pid, runs } = await statusOf(scene);
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid), 30_000);
    expect((await tell(scene, "host", "--detach")).code).toBe(0);
    await scene.recorded((events) => events.some(({ type }) => type === "run.resumed"));
    expect((await statusOf(scene)).pid).not.toBe(pid);
    expect(readFileSync(join(scene.home, "host.log"), "utf8")).toContain(`run.resumed`);
    expect(scene.events()[0]).toMatchObject({ run: runs[0]?.run });
    await stopHost(scene);
  });
});
