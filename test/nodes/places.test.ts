import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PolicyShelf } from "../../src/nodes/node/policy-shelf.ts";
import { placesOf, type PlacesParts } from "../../src/nodes/node/places.ts";
import { nodeWireVersion } from "../../src/nodes/wire/letters.ts";
import type { Opening } from "../../src/nodes/wire/opening.ts";
import { findBubblewrap } from "../../src/process/wall/bubblewrap.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { handClock } from "../kit/hand-clock.ts";
import { policyHere } from "./kit/finds.ts";

const never = new AbortController().signal;

/** Places in a folder of a test, under a policy that the test changes. */
function scene(changes: Partial<PlacesParts> = {}) {
  const folder = temporaryFolder();
  const workspace = join(folder, "workspace");
  const data = join(folder, "data");
  const agentHome = join(folder, "home");
  for (const path of [workspace, data, agentHome]) mkdirSync(path);
  const listeners = new Set<() => void>();
  let isAirgapped = false;
  const policies: PolicyShelf = {
    ...policyHere,
    heard: () => undefined,
    judgeFor: () => () => ({ decision: "allow", rule: "test", reason: "", effects: [] }),
    isOver: () => false,
    foldersIn: () => ({ writable: [], protected: [] }),
    isAirgapped: () => isAirgapped,
    openRuns: () => undefined,
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  const places = placesOf({
    data,
    agentHome,
    agentState: join(agentHome, ".claude"),
    sandbox: "auto",
    policies,
    keptProcesses: () => [],
    spaces: undefined,
    warn: () => undefined,
    ...changes,
  });
  onTestFinished(() => places.close());
  const opening = (more: Partial<Opening> = {}): Opening => ({
    wire: nodeWireVersion,
    session: "cx-1",
    epoch: 1,
    run: { id: "run-1", folder: "/elsewhere/runs/run-1" },
    cwd: workspace,
    space: null,
    caliber: { model: "sonnet", effort: "low" },
    fast: false,
    isSpare: false,
    resume: null,
    wall: false,
    ...more,
  });
  return {
    places,
    opening,
    workspace,
    cut: (isCut: boolean): void => {
      isAirgapped = isCut;
      for (const listener of listeners) listener();
    },
    walls: () => readdirSync(join(data, "wall")),
  };
}

const look = { id: "t", tool: "Bash", input: { command: "true" } };

describe("the place of a session on a node", () => {
  test("is the folder itself; what is no folder here is refused with what to do", async () => {
    const { places, opening, workspace } = scene();
    const place = await places.placeFor(opening(), never);
    expect([place.cwd, place.wall]).toEqual([workspace, undefined]);
    writeFileSync(join(workspace, "file"), "");
    for (const cwd of [join(workspace, "file"), join(workspace, "none")])
      await expect(places.placeFor(opening({ cwd }), never)).rejects.toThrow(`no folder ${cwd}; mount it there`);
  });

  test("is not waited for longer than its bound, or than its lease", async () => {
    const clock = handClock();
    const slow = scene({ clock, boundMs: 5000 });
    // What asks for a wall has to wait for a program; the hand of the clock is quicker.
    const waiting = slow.places.placeFor(slow.opening({ wall: true }), never);
    clock.pass(5001);
    await expect(waiting).rejects.toThrow("it took longer than 5 s");
    const over = new AbortController();
    const { places, opening } = scene();
    const other = places.placeFor(opening({ wall: true }), over.signal);
    over.abort();
    await expect(other).rejects.toThrow("has lost its lease meanwhile");
  });
});

const walls = (await findBubblewrap()) === undefined ? [] : ["bubblewrap"];

describe.each(walls)("the wall of a run on a node, of %s", () => {
  test("is shared by its sessions, and taken down with the last one", async () => {
    const { places, opening, walls } = scene();
    const first = await places.placeFor(opening({ wall: true }), never);
    const second = await places.placeFor(opening({ wall: true, session: "cx-2" }), never);
    expect(second.wall).toEqual(first.wall);
    expect(walls().length).toBe(1);
    first.release();
    first.release();
    expect(walls().length).toBe(1);
    second.release();
    await expect.poll(walls).toEqual([]);
  });

  test("hides the host's home in the shared folder, and nothing else of that", async () => {
    const { places, opening, workspace } = scene();
    const home = join(workspace, ".cyberdeck");
    const run = { id: "run-1", folder: join(home, "runs/run-1") };
    mkdirSync(run.folder, { recursive: true });
    const secret = ["deck.db", "deck.db-wal", "hub.json", "policy.toml", "http.json"].map((name) => join(home, name));
    const open = [join(workspace, "work"), join(run.folder, "note")];
    for (const path of [...secret, ...open]) writeFileSync(path, `the text of ${basename(path)}`);
    const place = await places.placeFor(opening({ wall: true, run }), never);
    const { agent = "", shell = "" } = place.wall ?? {};
    for (const behind of [
      [agent, "/bin/sh", "-c"],
      [agent, shell],
    ]) {
      const [command = "", ...args] = behind;
      const look = `for file in ${[...secret, ...open].join(" ")}; do cat $file; echo no >> $file; done; exit 0`;
      const { stdout } = spawnSync(command, [...args, look], { cwd: workspace, encoding: "utf8" });
      for (const path of secret) expect(stdout).not.toContain(`the text of ${basename(path)}`);
      for (const path of open) expect(stdout).toContain(`the text of ${basename(path)}`);
    }
    for (const path of secret) expect(readFileSync(path, "utf8")).toBe(`the text of ${basename(path)}`);
    place.release();
  });

  test("keeps the network from what is called as soon as the policy says so, and gives it back", async () => {
    const { places, opening, cut } = scene();
    const place = await places.placeFor(opening({ wall: true }), never);
    const isCutOff = async (): Promise<boolean> => (await place.find(look)).found.isCutOff;
    expect(await isCutOff()).toBe(false);
    cut(true);
    expect(await isCutOff()).toBe(true);
    cut(false);
    expect(await isCutOff()).toBe(false);
    const open = await places.placeFor(opening(), never);
    cut(true);
    // Without a wall nothing is kept, and the host's gate has to know.
    expect((await open.find(look)).found.isCutOff).toBe(false);
  });
});
