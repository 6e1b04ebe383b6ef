import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { placesOf } from "../../src/nodes/node/places.ts";
import { policyShelf } from "../../src/nodes/node/policy-shelf.ts";
import { nodeWireVersion } from "../../src/nodes/wire/letters.ts";
import type { Opening } from "../../src/nodes/wire/opening.ts";
import { policyVersion, type NodePolicy } from "../../src/nodes/wire/policy.ts";
import { findBubblewrap } from "../../src/process/wall/bubblewrap.ts";
import type { ToolCall } from "../../src/protocol/verdict.ts";

const never = new AbortController().signal;

const policyOf = (file: string | null): NodePolicy => {
  const runs = { "run-1": { tier: "default", isAirgapped: false } } as const;
  return { version: policyVersion({ file, runs }), file, runs };
};

/** A node with its own gate and wall, the host's home in the folder that both share, and a policy file of the host. */
function scene(file: string | null = null) {
  // Not below /tmp, in which constructs may write.
  const folder = realpathSync(mkdtempSync("/var/tmp/deck-folders-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const workspace = join(folder, "workspace");
  const hostHome = join(workspace, ".cyberdeck");
  const data = join(folder, "data");
  const agentHome = join(folder, "home");
  const run = { id: "run-1", folder: join(hostHome, "runs/run-1") };
  for (const path of [run.folder, data, agentHome, join(workspace, "src")]) mkdirSync(path, { recursive: true });
  for (const name of ["deck.db", "hub.json", "policy.toml"]) writeFileSync(join(hostHome, name), `the text of ${name}`);
  const host = { policy: policyOf(file) };
  const warned: string[] = [];
  const policies = policyShelf({
    fetch: () => Promise.resolve(host.policy),
    over: never,
    warn: (_code, message) => warned.push(message),
  });
  policies.heard(host.policy.version);
  const agentState = join(agentHome, ".claude");
  const places = placesOf({
    data,
    agentHome,
    agentState,
    sandbox: "auto",
    policies,
    keptProcesses: () => [],
    spaces: undefined,
    warn: (_code, message) => void warned.push(message),
  });
  onTestFinished(() => places.close());
  const opening = (more: Partial<Opening> = {}): Opening => ({
    wire: nodeWireVersion,
    space: null,
    session: "cx-1",
    epoch: 1,
    run,
    cwd: workspace,
    caliber: { model: "sonnet", effort: "low" },
    fast: false,
    isSpare: false,
    resume: null,
    wall: false,
    ...more,
  });
  const says = async (call: Pick<ToolCall, "tool" | "input">, more: Partial<Opening> = {}): Promise<string> => {
    const place = await places.placeFor(opening(more), never);
    const { found } = await place.find({ id: "t", ...call });
    place.release();
    return `${found.judged.decision} ${found.judged.rule}`;
  };
  return { folder, workspace, hostHome, run, host, warned, policies, places, opening, says, data };
}

const bash = (command: string): Pick<ToolCall, "tool" | "input"> => ({ tool: "Bash", input: { command } });

describe("the gate of a node without a wall", () => {
  test("lets nobody read or change the host's own files in the folder that both share", async () => {
    const { hostHome, workspace, says } = scene();
    symlinkSync(hostHome, join(workspace, "other-name"));
    const hub = join(hostHome, "hub.json");
    for (const call of [
      { tool: "Read", input: { file_path: hub } },
      { tool: "Read", input: { file_path: join(workspace, "other-name/hub.json") } },
      { tool: "Write", input: { file_path: join(hostHome, "policy.toml"), content: "" } },
      { tool: "Write", input: { file_path: join(hostHome, "runs/run-2/note"), content: "" } },
      bash(`cat ${hub}`),
      bash("cat .cyberdeck/deck.db"),
      bash("cd .cyberdeck && cat hub.json"),
      bash("cat other-name/hub.json"),
      bash("echo x > .cyberdeck/policy.toml"),
      bash("rm -rf .cyberdeck"),
      bash("mv .cyberdeck old"),
      bash("cp .cyberdeck/hub.json src/copy"),
    ])
      expect([call, await says(call)]).toEqual([call, expect.stringMatching(/^(?:deny|hold) /)]);
  });

  test("lets the run's own folder there be written, but not what the deck records in it", async () => {
    const { run, says } = scene();
    const write = (name: string) => says({ tool: "Write", input: { file_path: join(run.folder, name), content: "x" } });
    expect(await write("notes.md")).toMatch(/^allow/);
    expect(await write("events.ndjson")).toMatch(/^deny/);
    expect(await says(bash("echo a > src/a; cat src/a"))).toMatch(/^allow/);
  });

  test("does not take the whole workspace for the host's because that says it has its home around it", async () => {
    const { workspace, folder, says } = scene();
    expect(await says(bash("echo a > src/a"), { run: { id: "run-1", folder: join(folder, "runs/run-1") } })).toMatch(
      /^allow/,
    );
    // One that is somewhere else is kept as well.
    const elsewhere = { run: { id: "run-1", folder: join(workspace, "src/deck/runs/run-1") } };
    expect(await says(bash("echo a > src/deck/settings.json"), elsewhere)).toMatch(/^deny/);
  });
});

const walls = (await findBubblewrap()) === undefined ? [] : ["bubblewrap"];

describe.each(walls)("the wall of a node, of %s", () => {
  /** Which of these can be written behind both layers of the wall. */
  async function openBehind(own: ReturnType<typeof scene>, paths: readonly string[]): Promise<string[]> {
    const place = await own.places.placeFor(own.opening({ wall: true }), never);
    const { agent = "", shell = "" } = place.wall ?? {};
    const command = `for at in ${paths.join(" ")}; do if touch $at/made 2>/dev/null; then echo $at; fi; done; exit 0`;
    const { stdout } = spawnSync(agent, [shell, command], { cwd: own.workspace, encoding: "utf8" });
    place.release();
    return stdout.split("\n").filter((line) => line !== "");
  }

  test("opens and closes the folders of the host's policy file as that one's own does", async () => {
    const own = scene('[folders]\nwritable = ["../shared", "../missing"]\nprotected = ["src"]\n');
    const { folder, workspace } = own;
    const [shared, other, missing] = ["shared", "other", "missing"].map((name) => join(folder, name));
    for (const path of [shared, other]) mkdirSync(path ?? "");
    const looked = [workspace, join(workspace, "src"), shared ?? "", other ?? "", missing ?? ""];
    expect(await openBehind(own, looked)).toEqual([workspace, shared]);
    expect(existsSync(missing ?? "")).toBe(false);
  });

  test("leaves a folder closed that would open too much here, which is told", async () => {
    const own = scene('[folders]\nwritable = ["../data", "../shared"]\n');
    mkdirSync(join(own.folder, "shared"));
    expect(await openBehind(own, [own.data, join(own.folder, "shared")])).toEqual([join(own.folder, "shared")]);
    await own.says(bash("ls"));
    expect(own.warned.join()).toContain("belongs to the deck on this node, so it stays closed here");
  });

  test("is another one for who comes after the policy file has changed", async () => {
    const own = scene('[folders]\nwritable = ["../shared"]\n');
    const shared = join(own.folder, "shared");
    mkdirSync(shared);
    const first = await own.places.placeFor(own.opening({ wall: true }), never);
    expect(first.isStale?.()).toBe(false);
    own.host.policy = policyOf(null);
    own.policies.heard(own.host.policy.version);
    expect(await openBehind(own, [shared])).toEqual([]);
    // The first one is still behind its own, and nobody who comes now would be.
    expect(first.isStale?.()).toBe(true);
    expect(readdirSync(join(own.data, "wall")).length).toBeGreaterThan(0);
    expect(spawnSync(first.wall?.agent ?? "", [first.wall?.shell ?? "", `touch ${shared}/still`]).status).toBe(0);
    first.release();
  });
});
