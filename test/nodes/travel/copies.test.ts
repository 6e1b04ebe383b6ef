import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sessionGoneCode } from "../../../src/drivers/agent.ts";
import { eventually } from "../../kit/deck.ts";
import { endedWork, workspaceIn } from "../kit/copies.ts";
import { openFleet, type Fleet } from "../kit/fleet.ts";
import { theServer } from "../kit/nats.ts";
import { nothingHere, puppetsAway } from "../kit/puppet.ts";
import { git, put } from "../workspace/kit/place.ts";

const branch = "cyberdeck/cx-1";
const branches = (root: string): string => git(root, "branch", "--list", "cyberdeck/*", "--format=%(refname:short)");
const filesOf = (root: string, ref = branch): string[] => git(root, "ls-tree", "-r", "--name-only", ref).split("\n");
const copiesOn = ({ folder }: Fleet, name: string): string[] =>
  readdirSync(join(folder, `${name}-spaces`)).filter((entry) => entry !== "git");

/** A desk, and nodes that take copies. */
async function scene(fleet: Fleet, names: string[]) {
  const desk = await fleet.desk();
  const agents = puppetsAway();
  const nodes = [];
  for (const name of names) nodes.push(await fleet.node(name, agents.driver, { copies: true }));
  await eventually(() => fleet.toldOf("node.came").length === names.length, "the nodes are there");
  return { desk, nodes, agents, driver: desk.driver(nothingHere), ...workspaceIn(fleet.folder) };
}

describe.each(theServer("copies of a workspace"))("a session that works in a copy of the workspace, over %s", () => {
  test("has it as it is, also what is not committed, and may commit there", async () => {
    await using fleet = await openFleet();
    const { driver, agents, root, specOf } = await scene(fleet, ["one"]);
    put(root, { "b.txt": "not committed" });
    const session = await driver.open(specOf("cx-1"));
    const { cwd } = agents.last();
    expect(cwd.startsWith(join(fleet.folder, "one-spaces/space-cx-1-"))).toBe(true);
    expect(git(cwd, "ls-tree", "-r", "--name-only", "HEAD").split("\n")).toEqual(["a.txt", "b.txt"]);
    expect(git(cwd, "config", "user.name")).toBe("cyberdeck construct");
    expect(session.copy?.packed).toMatchObject({ is_dirty: true, is_earlier_result: false, goes_on: false });
    writeFileSync(join(cwd, "c.txt"), "made there");
    expect(await endedWork(session)).toMatchObject({ how: "branch", branch, files: { count: 1, first: ["c.txt"] } });
    expect(filesOf(root)).toEqual(["a.txt", "b.txt", "c.txt"]);
    await eventually(() => copiesOn(fleet, "one").length === 0, "the copy is gone");
  });

  test("has nothing of the deck's home in it, though nothing has git ignore that", async () => {
    await using fleet = await openFleet();
    const { driver, agents, root, specOf } = await scene(fleet, ["one"]);
    put(root, { "b.txt": "not committed", ".cyberdeck/hub.json": "password", ".cyberdeck/key.pem": "key" });
    const session = await driver.open(specOf("cx-1"));
    const { cwd } = agents.last();
    expect(readdirSync(cwd).toSorted()).toEqual([".git", "a.txt", "b.txt"]);
    writeFileSync(join(cwd, "c.txt"), "made there");
    await endedWork(session);
    expect(filesOf(root)).toEqual(["a.txt", "b.txt", "c.txt"]);
  });

  test("that has changed nothing brings nothing back, and its copy goes", async () => {
    await using fleet = await openFleet();
    const { driver, root, specOf } = await scene(fleet, ["one"]);
    const session = await driver.open(specOf("cx-1"));
    expect(await endedWork(session)).toEqual({ how: "nothing", left: { count: 0, first: [] } });
    expect(branches(root)).toBe("");
    await eventually(() => copiesOn(fleet, "one").length === 0, "the copy is gone");
    expect(readdirSync(join(fleet.folder, "hub-spaces"))).toEqual(["git"]);
  });

  test("takes another branch where somebody has that name, and overwrites nothing", async () => {
    await using fleet = await openFleet();
    const { driver, agents, root, specOf } = await scene(fleet, ["one"]);
    git(root, "branch", branch);
    const own = git(root, "rev-parse", branch);
    const session = await driver.open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "c.txt"), "made there");
    expect(await endedWork(session)).toMatchObject({ how: "branch", branch: `${branch}-2`, instead_of: branch });
    expect(git(root, "rev-parse", branch)).toBe(own);
  });

  test("tells where a merge would conflict, and merges nothing", async () => {
    await using fleet = await openFleet();
    const { driver, agents, root, specOf } = await scene(fleet, ["one"]);
    const session = await driver.open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "a.txt"), "theirs\n");
    put(root, { "a.txt": "mine\n" });
    git(root, "commit", "-qam", "mine");
    expect(await endedWork(session)).toMatchObject({
      how: "branch",
      merge: { how: "conflicts", files: { count: 1, first: ["a.txt"] } },
    });
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("mine\n");
  });

  test("is taken up again in the same copy, and what it makes then moves its branch on", async () => {
    await using fleet = await openFleet();
    const { driver, agents, root, specOf } = await scene(fleet, ["one", "two"]);
    const first = await driver.open(specOf("cx-1"));
    const before = agents.last();
    before.agent.does({ type: "ready", sessionId: "session-1", model: "m", tools: [] });
    const heard = first.events[Symbol.asyncIterator]().next();
    await heard;
    writeFileSync(join(before.cwd, "b.txt"), "first");
    expect(await endedWork(first, { isOver: false })).toMatchObject({ how: "branch", branch });
    const place = { before: first.place ?? "" };
    const again = await driver.open(specOf("cx-1", { resume: "session-1", place }));
    expect(agents.last()).toMatchObject({ cwd: before.cwd, resume: "session-1" });
    expect(again.copy?.packed).toMatchObject({ goes_on: true });
    writeFileSync(join(before.cwd, "c.txt"), "second");
    expect(await endedWork(again)).toMatchObject({ how: "branch", branch, instead_of: null });
    expect(filesOf(root)).toEqual(["a.txt", "b.txt", "c.txt"]);
    expect(branches(root)).toBe(branch);
    await eventually(() => copiesOn(fleet, "one").length + copiesOn(fleet, "two").length === 0, "the copy is gone");
  });

  test("goes on by a successor in the same copy, which has a branch of its own", async () => {
    await using fleet = await openFleet();
    const { driver, agents, root, specOf } = await scene(fleet, ["one"]);
    const first = await driver.open(specOf("cx-1"));
    const before = agents.last();
    before.agent.does({ type: "ready", sessionId: "session-1", model: "m", tools: [] });
    await first.events[Symbol.asyncIterator]().next();
    writeFileSync(join(before.cwd, "b.txt"), "first");
    await endedWork(first, { isOver: false });
    const heir = await driver.open(specOf("cx-2", { resume: "session-1", place: { before: "one" } }));
    expect(agents.last().cwd).toBe(before.cwd);
    writeFileSync(join(before.cwd, "c.txt"), "second");
    expect(await endedWork(heir, { construct: "cx-2" })).toMatchObject({ how: "branch", branch: "cyberdeck/cx-2" });
    expect(filesOf(root)).toEqual(["a.txt", "b.txt"]);
    expect(filesOf(root, "cyberdeck/cx-2")).toEqual(["a.txt", "b.txt", "c.txt"]);
  });

  test("is a new one where nothing is known of the copy that its session had", async () => {
    await using fleet = await openFleet();
    const { driver, specOf } = await scene(fleet, ["one"]);
    const resumed = driver.open(specOf("cx-1", { resume: "session-1", place: { before: "one" } }));
    await expect(resumed).rejects.toMatchObject({ code: sessionGoneCode });
  });

  test("begins anew on another node from what was brought back, when its own has gone", async () => {
    await using fleet = await openFleet();
    const { driver, agents, nodes, root, specOf } = await scene(fleet, ["one", "two"]);
    const first = await driver.open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "b.txt"), "first");
    await endedWork(first, { isOver: false });
    await nodes.find(({ name }) => name === first.place)?.leave();
    put(root, { "a.txt": "changed by the netrunner since\n" });
    const again = await driver.open(specOf("cx-1"));
    expect(again.place).not.toBe(first.place);
    expect(again.copy?.packed).toMatchObject({ is_earlier_result: true });
    const { cwd } = agents.last();
    expect([readFileSync(join(cwd, "a.txt"), "utf8"), existsSync(join(cwd, "b.txt"))]).toEqual(["one\n", true]);
    writeFileSync(join(cwd, "c.txt"), "second");
    expect(await endedWork(again)).toMatchObject({ how: "branch", branch, instead_of: null });
    expect(filesOf(root)).toEqual(["a.txt", "b.txt", "c.txt"]);
  });

  test("begins with the workspace as it is where what was brought back is gone from the repository", async () => {
    await using fleet = await openFleet();
    const { driver, agents, root, specOf } = await scene(fleet, ["one"]);
    const first = await driver.open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "b.txt"), "first");
    await endedWork(first, { isOver: false });
    git(root, "branch", "-D", branch);
    git(root, "reflog", "expire", "--expire=now", "--all");
    git(root, "gc", "-q", "--prune=now");
    const again = await driver.open(specOf("cx-1"));
    expect(again.copy?.packed).toMatchObject({ is_earlier_result: false });
    expect(existsSync(join(agents.last().cwd, "b.txt"))).toBe(false);
    writeFileSync(join(agents.last().cwd, "c.txt"), "second");
    expect(await endedWork(again)).toMatchObject({ how: "branch", branch, instead_of: null });
    expect(filesOf(root)).toEqual(["a.txt", "c.txt"]);
  });
});
