import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { AgentDriver, AgentSession } from "../../src/drivers/agent.ts";
import type { NodesDeskParts } from "../../src/nodes/host/desk-parts.ts";
import { nodeWireVersion as wire } from "../../src/nodes/wire/letters.ts";
import { asked, dismissedSchema } from "../../src/nodes/wire/questions.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { remainsOf } from "../survivors/remains.ts";
import { openFleet, type Fleet } from "./kit/fleet.ts";
import { hubOf, until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene } from "./kit/node-process.ts";
import { nothingHere, puppet } from "./kit/puppet.ts";
import { startRelay } from "./kit/relay.ts";
import { runIn, specOf } from "./kit/spec.ts";
import { startWholeNode, type WholeNode, type WholeNodeOptions } from "./kit/whole-node.ts";

// A host and a node try their agents and gates before they are there.
vi.setConfig({ testTimeout: 180_000 });

/** Opens agents that do nothing and stop as the test wants. */
function puppets(stop: (session: AgentSession) => AgentSession["stop"] = (session) => (how) => session.stop(how)) {
  const stopped: string[] = [];
  const driver: Pick<AgentDriver, "open"> = {
    async open({ id, ...owner }) {
      const { session, open } = puppet();
      await open(owner);
      void session.closed.then(() => stopped.push(id));
      return { ...session, stop: stop(session) };
    },
  };
  return { driver, stopped };
}

/** A host that opens sessions, and nodes for them, in a folder that they share. */
async function scene(fleet: Fleet, parts: Partial<NodesDeskParts> = {}) {
  const cwd = join(fleet.folder, "workspace");
  mkdirSync(cwd);
  const run = runIn(join(fleet.folder, "home"));
  const desk = await fleet.desk(parts);
  const here = desk.driver(nothingHere);
  const open = (id: string) => here.open(specOf(id, { cwd, run, place: { pool: "big" } }));
  const node = async (name: string, agents: WholeNodeOptions): Promise<WholeNode> => {
    const one = await startWholeNode(fleet, name, agents);
    await one.told("lease.granted");
    return one;
  };
  return { desk, open, node };
}

describe.each(theServer("a farewell"))("a host that ends, over %s", () => {
  test("has its nodes end all that they have at once, with proof, and the next one counts on them at once", async () => {
    await using fleet = await openFleet();
    const { desk, open, node } = await scene(fleet);
    const agents = puppets();
    await using one = await node("one", agents);
    await using two = await node("two", agents);
    const sessions = await Promise.all(["cx-1", "cx-2", "cx-3"].map(open));
    const on = (name: string): number => sessions.filter(({ place }) => place === name).length;
    const said = desk.farewell();
    // However often.
    expect(desk.farewell()).toBe(said);
    expect((await said).toSorted((a, b) => a.node.localeCompare(b.node))).toEqual([
      { node: "one", sessions: on("one"), proven: true, problem: null },
      { node: "two", sessions: on("two"), proven: true, problem: null },
    ]);
    expect(agents.stopped.toSorted()).toEqual(["cx-1", "cx-2", "cx-3"]);
    for (const session of sessions)
      expect(await session.closed).toMatchObject({ how: "lost", reason: "the host has ended" });
    expect(
      fleet
        .toldOf("node.went")
        .map(({ node: name, why }) => `${name} ${why}`)
        .toSorted(),
    ).toEqual(["one dismissed", "two dismissed"]);
    for (const name of [one, two]) {
      expect(await name.told("lease.over")).toMatchObject({ why: "farewell", proven: true });
      // No lease is granted by a host that ends.
      expect((await name.told("lease.waiting")).why).toContain("the host ends");
      expect(name.of("lease.granted").length).toBe(1);
    }
    await desk.close();
    await fleet.desk();
    for (const name of [one, two]) await name.told("lease.granted", 2);
  });

  test("says nothing when it dies: its nodes go on until their leases are over", async () => {
    await using fleet = await openFleet();
    const { desk, open, node } = await scene(fleet);
    const agents = puppets();
    await using one = await node("one", agents);
    await open("cx-1");
    await desk.close();
    await one.told("lease.waiting");
    expect(agents.stopped).toEqual([]);
    // By the lease of six seconds that the host has told, and not by the minute that the node began with.
    expect(await one.told("lease.over")).toMatchObject({ why: "silence", sessions: 1, proven: true });
    expect(agents.stopped).toEqual(["cx-1"]);
  });

  test("tells which node could not prove it, or has not answered, and does not wait for longer than it may", async () => {
    await using fleet = await openFleet();
    const { desk, open, node } = await scene(fleet, { farewellMs: 1500 });
    const survives = puppets((session) => async (how) => {
      await session.stop(how);
      return { proven: false, survivors: [4711] };
    });
    const hangs = puppets(
      (session) => (how) =>
        new Promise((resolve) => {
          setTimeout(() => void session.stop(how).then(resolve), 4000);
        }),
    );
    await using one = await node("one", survives);
    await open("cx-1");
    await using two = await node("two", hangs);
    desk.drain("one", true).catch(() => "the next one goes to the other");
    await until(() => desk.list().nodes.some(({ node: name, draining }) => name === "one" && draining));
    await open("cx-2");
    const said = (await desk.farewell()).toSorted((a, b) => a.node.localeCompare(b.node));
    expect(said).toMatchObject([
      { node: "one", sessions: 1, proven: false, problem: null },
      { node: "two", sessions: null, proven: false, problem: expect.stringContaining("two") },
    ]);
    expect(fleet.toldOf("node.went").filter(({ why }) => why === "dismissed")).toEqual([]);
    expect(fleet.toldOf("deck.warned").map(({ code }) => code)).toContain("nodes.unproven");
    expect(await one.told("lease.over")).toMatchObject({ why: "farewell", proven: false });
    expect(await two.told("lease.over")).toMatchObject({ why: "farewell", proven: true });
  });

  test("tells which nodes were given up with agents at work, until it is proven that nothing of these is left", async () => {
    await using fleet = await openFleet();
    await using away = await startRelay(fleet.server.port);
    await using idle = await startRelay(fleet.server.port);
    await using back = await startRelay(fleet.server.port);
    const { desk, open, node } = await scene(fleet, { returnMs: 1 });
    const agents = puppets();
    const drained = async (name: string): Promise<void> => {
      await desk.drain(name, true);
      await until(() => desk.list().nodes.some((one) => one.node === name && one.draining));
    };
    await using one = await node("one", { ...agents, url: away.url });
    await open("cx-1");
    await drained("one");
    await using two = await node("two", { ...agents, url: back.url });
    await open("cx-2");
    await using three = await node("three", { ...agents, url: idle.url });
    for (const relay of [away, back, idle]) relay.cut();
    const gone = (): unknown[] => fleet.toldOf("node.went").filter(({ why }) => why === "given_up");
    await until(() => gone().length === 3);
    back.mend();
    await two.told("lease.granted", 2);
    expect((await desk.farewell()).toSorted((a, b) => a.node.localeCompare(b.node))).toEqual([
      { node: "one", sessions: null, proven: false, problem: "not heard for too long while it had an agent" },
      { node: "two", sessions: 0, proven: true, problem: null },
    ]);
    expect([one, two, three].map((each) => each.of("lease.over").map(({ proven }) => proven))).toEqual([
      [true],
      [true, true],
      [true],
    ]);
  });

  test("cannot be spoken for: a farewell of another life of a host, or to another life of the node, ends nothing", async () => {
    await using fleet = await openFleet();
    const { open, node } = await scene(fleet);
    const agents = puppets();
    await using one = await node("one", agents);
    await open("cx-1");
    const { boot, host } = await one.told("lease.granted");
    await using other = await hubOf(fleet.server, "host");
    const say = (body: object) =>
      other.hub.asking.ask("one", { what: asked.farewell, id: randomUUID(), body, timeoutMs: 2000 }, dismissedSchema);
    for (const body of [
      { wire, host: "another", boot },
      { wire, host, boot: "another" },
      { wire: wire + 1, host, boot },
      { wire, boot },
      {},
    ])
      await expect(say(body)).rejects.toThrow(/has refused it \(farewell\)/);
    expect(agents.stopped).toEqual([]);
    expect(one.of("lease.over")).toEqual([]);
    expect(await say({ wire, host, boot })).toEqual({ proven: true, sessions: 1 });
    expect(agents.stopped).toEqual(["cx-1"]);
  });
});

/** Works until it is ended from outside. */
const atWork: Answerer = () => call("Bash", { command: "echo once >> begun; setsid sleep 301 & wait" });

describe.each(theServer("a host that is stopped"))("cyberdeck host stop, over %s", () => {
  test("ends what is on a node before it has left, and the task goes on there when the next host resumes its run", async () => {
    await using server = await startNats();
    let answer = atWork;
    await using scene = await openNodeScene(server, (request) => answer(request));
    const deck = ["--workspace", scene.workspace, "--home", join(scene.folder, "home-of-host")];
    const hosting = async () => {
      const host = scene.command(["host", ...deck, "--hub", server.url, "--fleet", "test"]);
      await until(
        () => host.errors().includes("the host of"),
        () => host.errors(),
        60_000,
      );
      return host;
    };
    const host = await hosting();
    const node = scene.node("node-a");
    await node.told("lease.granted");
    const spawned = scene.command(["spawn", "--detach", "--on", "builders", "--sandbox", "off", ...deck, "Work."]);
    expect([await spawned.ended, spawned.errors()]).toEqual([0, expect.any(String)]);
    await until(
      () => existsSync(join(scene.workspace, "begun")),
      () => host.errors(),
      90_000,
    );
    const stop = scene.command(["host", "stop", ...deck]);
    expect([await stop.ended, stop.errors()]).toEqual([0, expect.any(String)]);
    // Before the host has said that it is gone.
    expect(node.events.find(({ type }) => type === "lease.over")).toMatchObject({ why: "farewell", proven: true });
    expect(remainsOf(scene.folder).filter((line) => line.includes("sleep 301"))).toEqual([]);
    expect(await host.ended).toBe(0);
    await node.told("lease.waiting");

    answer = () => say("Done.");
    const next = await hosting();
    await node.told("lease.granted", 2);
    const resumed = scene.command(["run", "--json", "--resume", "last", ...deck]);
    expect([await resumed.ended, resumed.errors()]).toEqual([0, expect.any(String)]);
    const told = (type: string) => resumed.events.filter((event) => event.type === type);
    expect(told("run.closed")).toMatchObject([{ status: "done", reason: "1 of 1 tasks done" }]);
    expect(told("construct.started")).toMatchObject([{ place: "node-a" }]);
    expect(told("construct.ended")).toHaveLength(1);
    expect(await scene.command(["host", "stop", ...deck]).ended).toBe(0);
    expect(await next.ended).toBe(0);
    node.signal("SIGTERM");
    expect(await node.ended).toBe(0);
  });
});
