import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { pause } from "../../../src/base/clock.ts";
import { eventually } from "../../kit/deck.ts";
import { endedWork, workspaceIn } from "../kit/copies.ts";
import { openFleet, type Fleet } from "../kit/fleet.ts";
import { hubOf } from "../kit/hub.ts";
import { theServer } from "../kit/nats.ts";
import { nothingHere, puppetsAway } from "../kit/puppet.ts";
import { startRelay } from "../kit/relay.ts";
import { git } from "../workspace/kit/place.ts";

const branches = (root: string): string => git(root, "branch", "--list", "cyberdeck/*", "--format=%(refname:short)");
const copiesOn = ({ folder }: Fleet, name: string): string[] =>
  readdirSync(join(folder, `${name}-spaces`)).filter((entry) => entry !== "git");
const warned = (fleet: Fleet): string[] => fleet.toldOf("deck.warned").map(({ message }) => message);

/** Puts a file in the place of what a node puts into the store. */
const changing =
  (change: (bytes: Buffer) => Buffer) =>
  (things: Things): Things => ({
    ...things,
    put(name, file) {
      writeFileSync(`${file}.other`, change(readFileSync(file)));
      return things.put(name, `${file}.other`);
    },
  });

async function fill(fleet: Fleet): Promise<() => Promise<void>> {
  await using host = await hubOf(fleet.server, "host");
  const file = join(fleet.folder, "large");
  writeFileSync(file, Buffer.alloc(3_900_000, "x"));
  for (const name of ["large-1", "large-2"]) await host.hub.things.put(name, file);
  return async () => {
    await using other = await hubOf(fleet.server, "host");
    for (const name of ["large-1", "large-2"]) await other.hub.things.remove(name);
  };
}

describe.each(theServer("what goes wrong with copies"))("a session that is to work in a copy, over %s", () => {
  test("of a workspace in no repository is opened on a node that shares it, and it is told why on no other", async () => {
    const why = "is in no git repository";
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = puppetsAway();
    await fleet.node("a-copies", agents.driver, { copies: true });
    const { root, specOf } = workspaceIn(fleet.folder);
    rmSync(join(root, ".git"), { recursive: true });
    const driver = desk.driver(nothingHere);
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    await expect(driver.open(specOf("cx-1"))).rejects.toMatchObject({
      code: "nodes.refused",
      message: expect.stringContaining(why),
    });
    await fleet.node("b-shares", agents.driver);
    await eventually(() => fleet.toldOf("node.came").length === 2, "both are there");
    const session = await driver.open(specOf("cx-2"));
    expect(session.place).toBe("b-shares");
    expect(agents.last().cwd).toBe(root);
    expect(session.copy).toBeUndefined();
    expect(warned(fleet)).toContainEqual(expect.stringContaining(why));
    expect(readdirSync(join(fleet.folder, "hub-spaces"))).toEqual(["git"]);
  });

  test("for which git is missing on the host, is told so", async () => {
    await using fleet = await openFleet();
    const deckHome = fleet.folder;
    const folder = join(deckHome, "hub-spaces");
    const travel = { deckHome, folder, path: "/nowhere", home: join(fleet.folder, "home") };
    const desk = await fleet.desk({ travel });
    await fleet.node("one", puppetsAway().driver, { copies: true });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const opening = desk.driver(nothingHere).open(workspaceIn(fleet.folder).specOf("cx-1"));
    await expect(opening).rejects.toMatchObject({ message: expect.stringContaining("git is not installed here") });
  });

  test("is not opened while the store is full, which is told; and is when there is room", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    await fleet.node("one", puppetsAway().driver, { copies: true });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const { root, specOf } = workspaceIn(fleet.folder);
    // It does not get smaller in a bundle.
    writeFileSync(join(root, "noise"), randomBytes(1_500_000));
    const free = await fill(fleet);
    const driver = desk.driver(nothingHere);
    await expect(driver.open(specOf("cx-1"))).rejects.toMatchObject({
      message: expect.stringContaining("could not put"),
    });
    await free();
    expect((await driver.open(specOf("cx-1"))).copy).toBeDefined();
  });

  test("goes to another node where the one that it was packed for is gone before it has claimed it", async () => {
    await using fleet = await openFleet();
    await using relay = await startRelay(fleet.server.port);
    const desk = await fleet.desk();
    const [late, other] = [puppetsAway(), puppetsAway()];
    await fleet.node("a", late.driver, { copies: true, url: relay.url });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the first one is there");
    const opening = desk.driver(nothingHere).open(workspaceIn(fleet.folder).specOf("cx-1"));
    relay.cut();
    await fleet.node("b", other.driver, { copies: true });
    const session = await opening;
    expect(session.place).toBe("b");
    // What was offered to it is in its queue still: it may not have that any more.
    relay.mend();
    await eventually(() => fleet.toldOf("node.came").length === 3, "the first one has begun another life");
    expect(await endedWork(session)).toMatchObject({ how: "nothing" });
    expect([late.opened, copiesOn(fleet, "a"), other.opened.length]).toEqual([[], [], 1]);
  });

  test.each([
    ["the store has lost its bundle", new Fault("refused", "hub.no_thing", "it is not there")],
    ["the server has lost where its node was in fetching it", new Fault("setup", "hub.lost", "consumer not found")],
    ["the store does not answer its node", new Fault("setup", "hub.no_answer", "no answer in time")],
  ])("is opened after a while where %s again and again, and nobody is told", async (_, fault) => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = puppetsAway();
    const names: string[] = [];
    const flaky = (things: Things): Things => ({
      ...things,
      get(name, ...rest) {
        names.push(name);
        return names.length < 6 ? Promise.reject(fault) : things.get(name, ...rest);
      },
    });
    for (const name of ["one", "two"]) await fleet.node(name, agents.driver, { copies: flaky });
    await eventually(() => fleet.toldOf("node.came").length === 2, "the nodes are there");
    await desk.driver(nothingHere).open(workspaceIn(fleet.folder).specOf("cx-1"));
    expect(agents.opened.length).toBe(1);
    expect(names.length).toBe(6);
    // Each time it is packed anew.
    expect(new Set(names).size).toBe(6);
    expect(warned(fleet)).toEqual([]);
  });

  test("whose bundle is not the one that was packed, is refused by its node", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = puppetsAway();
    const spoilt = (things: Things): Things => ({
      ...things,
      async get(name, file) {
        const thing = await things.get(name, file);
        writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from("more")]));
        return thing;
      },
    });
    await fleet.node("one", agents.driver, { copies: spoilt });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const opening = desk.driver(nothingHere).open(workspaceIn(fleet.folder).specOf("cx-1"));
    await expect(opening).rejects.toMatchObject({
      code: "nodes.refused",
      message: expect.stringContaining("not the one that its manifest tells of"),
    });
    expect(agents.opened).toEqual([]);
    expect(copiesOn(fleet, "one")).toEqual([]);
  });
});

describe.each(theServer("results that are not"))("what a session has made in a copy, over %s", () => {
  test.each([
    ["damaged on its way", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from("more")])],
    ["another file", () => Buffer.from("# v2 git bundle\n")],
  ])("is refused when it is %s: nothing is taken, and its copy stays", async (_, change) => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = puppetsAway();
    await fleet.node("one", agents.driver, { copies: changing(change) });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const { root, specOf } = workspaceIn(fleet.folder);
    const session = await desk.driver(nothingHere).open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "b.txt"), "made there");
    expect(await endedWork(session)).toMatchObject({
      how: "refused",
      why: expect.stringContaining("not what was put there"),
    });
    expect(branches(root)).toBe("");
    expect(copiesOn(fleet, "one").length).toBe(1);
    expect(readFileSync(join(agents.last().cwd, "b.txt"), "utf8")).toBe("made there");
  });

  test("stays on its node when the store is full, which is told", async () => {
    await using fleet = await openFleet();
    const deckHome = fleet.folder;
    const folder = join(deckHome, "hub-spaces");
    const home = join(fleet.folder, "home");
    const travel = { deckHome, folder, path: process.env["PATH"] ?? "", home, bringMs: 3000 };
    const desk = await fleet.desk({ travel });
    const agents = puppetsAway();
    await fleet.node("one", agents.driver, { copies: true });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const { root, specOf } = workspaceIn(fleet.folder);
    const session = await desk.driver(nothingHere).open(specOf("cx-1"));
    const { cwd } = agents.last();
    writeFileSync(join(cwd, "b.txt"), randomBytes(1_500_000));
    await fill(fleet);
    expect(await endedWork(session)).toMatchObject({
      how: "lost",
      why: expect.stringMatching(/^it took longer than 3.0 s: could not put .*(?:full|maximum)/),
    });
    expect(branches(root)).toBe("");
    expect(readdirSync(cwd)).toContain("b.txt");
  });

  test("is refused when it comes from a life of a node that was given up", async () => {
    await using fleet = await openFleet();
    await using relay = await startRelay(fleet.server.port);
    const desk = await fleet.desk();
    const agents = puppetsAway();
    const [asked, go, late] = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const slow = (things: Things): Things => ({
      ...things,
      async put(name, file) {
        asked?.resolve();
        await go?.promise;
        const thing = await things.put(name, file);
        late?.resolve();
        return thing;
      },
    });
    const node = await fleet.node("one", agents.driver, { copies: slow, url: relay.url });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const { root, specOf } = workspaceIn(fleet.folder);
    const session = await desk.driver(nothingHere).open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "b.txt"), "made there");
    const returned = endedWork(session);
    await asked?.promise;
    relay.cut();
    expect(await returned).toMatchObject({ how: "lost", why: expect.stringMatching(/^one has not been heard/) });
    relay.mend();
    await eventually(() => node.lives.at(-1)?.mayAct() === true && node.lives.length > 1, "it has begun another life");
    go?.resolve();
    await late?.promise;
    // It is in the store, and nobody takes it: the host has given that conversation up.
    await pause(300);
    expect(branches(root)).toBe("");
    expect(readdirSync(join(fleet.folder, "hub-spaces")).filter((name) => name.startsWith("result"))).toEqual([]);
    expect(copiesOn(fleet, "one").length).toBe(1);
  });

  test("comes back although the store has lost it before the host had it", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = puppetsAway();
    const names: string[] = [];
    const forgetful = (things: Things): Things => ({
      ...things,
      async put(name, file) {
        names.push(name);
        const thing = await things.put(name, file);
        if (names.length === 1) await things.remove(name);
        return thing;
      },
    });
    await fleet.node("one", agents.driver, { copies: forgetful });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const { root, specOf } = workspaceIn(fleet.folder);
    const session = await desk.driver(nothingHere).open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "b.txt"), "made there");
    expect(await endedWork(session)).toMatchObject({ how: "branch", branch: "cyberdeck/cx-1" });
    expect(branches(root)).toBe("cyberdeck/cx-1");
    expect(new Set(names).size).toBe(2);
  });

  test("comes back although the server was killed and has lost all that it had", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = puppetsAway();
    const [stored, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let tries = 0;
    const watched = (things: Things): Things => ({
      ...things,
      async put(name, file) {
        tries += 1;
        if (tries === 1) {
          stored.resolve();
          await go.promise;
        }
        return things.put(name, file);
      },
    });
    await fleet.node("one", agents.driver, { copies: watched });
    await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
    const { root, specOf } = workspaceIn(fleet.folder);
    const session = await desk.driver(nothingHere).open(specOf("cx-1"));
    writeFileSync(join(agents.last().cwd, "b.txt"), "made there");
    const returned = endedWork(session);
    await stored.promise;
    await fleet.server.kill();
    go.resolve();
    await fleet.server.restart({ store: "lost" });
    expect(await returned).toMatchObject({ how: "branch", branch: "cyberdeck/cx-1" });
    expect(branches(root)).toBe("cyberdeck/cx-1");
  });
});

describe.each(theServer("a home with leftovers"))("a host that comes up, over %s", () => {
  test("removes what an earlier life was at, and nothing that is not its own", async () => {
    await using fleet = await openFleet();
    const folder = join(fleet.folder, "hub-spaces");
    mkdirSync(join(folder, "git/deck-git-x"), { recursive: true });
    const own = ["pack-0123456789ab.bundle", "result-0123456789ab.bundle", "given-cx-9.json"];
    const others = ["notes.txt", "pack-mine.bundle", "kept-cx-1-0123456789ab.bundle"];
    for (const name of [...own, ...others]) writeFileSync(join(folder, name), "{}");
    await fleet.desk();
    expect(readdirSync(folder).sort()).toEqual(["git", ...others].sort());
    expect(readdirSync(join(folder, "git"))).toEqual([]);
  });
});
