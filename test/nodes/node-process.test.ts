import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { AgentEvent } from "../../src/drivers/agent.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { homeMark } from "../../src/store/home.ts";
import { bearersOf } from "../kit/deck.ts";
import { remainsOf } from "../survivors/remains.ts";
import { leaseTimes } from "../../src/nodes/lease.ts";
import { openHubHost } from "./kit/hub-host.ts";
import { until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene } from "./kit/node-process.ts";

// Each node tries its agent, its gate and its wall before it joins.
vi.setConfig({ testTimeout: 180_000 });

/** Does one command and says what came of it; for `Work.`, a command that does not end. */
const answer: Answerer = ({ firstUserText, toolResults }) => {
  if (toolResults.length > 0) return say(`It says ${toolResults.map(({ text }) => text.trim()).join()}.`);
  const command = firstUserText.includes("Work.") ? "touch begun; setsid sleep 301 & wait" : "echo made | tee made";
  return call("Bash", { command });
};

async function turnOf(events: AsyncIterable<AgentEvent>): Promise<string> {
  for await (const event of events) if (event.type === "turn.ended") return event.turn.text;
  return "its events have ended";
}

/** The letter by which the kernel tells what a process is doing: T is stopped. */
const stateOf = (pid: number): string | undefined => /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];

describe.each(theServer("a node in a process of its own"))("a node in a process of its own, over %s", () => {
  test("takes a session, works in the shared folder with the real agent, and ends clean when it is asked", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const node = scene.node("node-a", "--label", "gpu");
    await node.told("lease.granted");
    await until(() => host.nodes.get("node-a")?.policy !== null && host.nodes.has("node-a"));
    expect(host.nodes.get("node-a")).toMatchObject({
      boot: host.leased[0],
      pool: "builders",
      labels: ["gpu"],
      slots: 2,
      used: 0,
      isDraining: false,
      hasWall: false,
    });
    const session = await host.driver.open(scene.specOf("cx-00000001"));
    const said = turnOf(session.events);
    session.send("Make it.");
    expect(await said).toBe("It says made.");
    expect(existsSync(join(scene.workspace, "made"))).toBe(true);
    await until(() => host.nodes.get("node-a")?.used === 1);
    expect(await session.stop("polite")).toEqual({ proven: true, survivors: [] });
    await until(() => host.nodes.get("node-a")?.used === 0);
    node.signal("SIGTERM");
    expect(await node.ended).toBe(0);
    expect(node.events.map(({ type }) => type)).toContain("session.took");
    expect(node.events.at(-1)).toMatchObject({ type: "ended", proven: true });
    await until(() => !host.nodes.has("node-a"));
    expect(host.strangers).toEqual([]);
    expect(remainsOf(scene.folder)).toEqual([]);
  });

  test("that is killed leaves no process", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const node = scene.node("node-a");
    await node.told("lease.granted");
    const session = await host.driver.open(scene.specOf("cx-00000002"));
    session.send("Work.");
    await until(() => existsSync(join(scene.workspace, "begun")));
    expect(bearersOf("cx-00000002").some((line) => line.includes("sleep 301"))).toBe(true);
    node.signal("SIGKILL");
    await node.ended;
    await until(
      () => remainsOf(scene.folder).length === 0 && bearersOf("cx-00000002").length === 0,
      () => remainsOf(scene.folder),
    );
  });

  test("ends what an earlier life of it has left before it takes work", async () => {
    await using server = await startNats();
    await using _host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const data = scene.dataOf("node-a");
    mkdirSync(data);
    // In a session of its own, as agents are.
    const left = spawn("sleep", ["302"], {
      env: { CYBERDECK_DECK: homeMark(data) },
      cwd: data,
      detached: true,
      stdio: "ignore",
    });
    const gone = once(left, "exit");
    const node = scene.node("node-a");
    await node.told("lease.granted");
    const types = node.events.map(({ type }) => type);
    expect(types.indexOf("left")).toBeGreaterThan(-1);
    expect(types.indexOf("left")).toBeLessThan(types.indexOf("lease.granted"));
    expect(await node.told("left")).toMatchObject({ isGone: true, processes: [{ pid: left.pid }] });
    await gone;
  });

  test("takes no more when it is asked to end, goes on with what is at work, and ends that when it is asked again", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const node = scene.node("node-a");
    await node.told("lease.granted");
    const slow = await host.driver.open(scene.specOf("cx-00000003"));
    slow.send("Work.");
    await until(() => existsSync(join(scene.workspace, "begun")));
    node.signal("SIGTERM");
    expect(await node.told("draining")).toMatchObject({ isDraining: true, used: 1, by: "node" });
    await until(() => host.nodes.get("node-a")?.isDraining === true);
    void host.driver.open(scene.specOf("cx-00000004")).catch(() => "nobody takes it");
    await until(async () => (await host.hub.health()).queue.waiting === 1);
    expect(bearersOf("cx-00000003").some((line) => line.includes("sleep 301"))).toBe(true);
    node.signal("SIGINT");
    expect(await node.ended).toBe(130);
    expect(node.events.filter(({ type }) => type === "session.took").length).toBe(1);
    expect(await slow.closed).toMatchObject({ how: "lost" });
    expect(remainsOf(scene.folder)).toEqual([]);
  });

  test("that stands still for longer than its lease has its agents ended before its host gives it up; when it wakes it begins anew, and what it says of them is refused", async () => {
    const leaseMs = 9000;
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a", times: leaseTimes(leaseMs, 0.05, leaseMs / 3) });
    await using scene = await openNodeScene(server, answer);
    const node = scene.quick("node-a", leaseMs);
    const { boot } = await node.told("lease.granted");
    const session = await host.driver.open(scene.specOf("cx-00000005"));
    session.send("Work.");
    await until(() => existsSync(join(scene.workspace, "begun")));
    node.signal("SIGSTOP");
    // Nobody but its guardian is awake there.
    await until(() => bearersOf("cx-00000005").length === 0);
    expect(host.givenUp).toEqual([]);
    expect(stateOf(node.pid)).toBe("T");
    await until(() => host.givenUp.length > 0);
    expect(await session.closed).toMatchObject({ how: "lost" });
    node.signal("SIGCONT");
    expect(await node.told("lease.over")).toMatchObject({ boot, why: "silence", sessions: 1, proven: true });
    expect(bearersOf("cx-00000005")).toEqual([]);
    await node.told("lease.granted", 2);
    await until(() => host.strangers.length > 0);
    expect(new Set(host.strangers.map((to) => to.boot))).toEqual(new Set([boot]));
    expect(host.leased.length).toBe(2);
    // And it works again.
    const next = await host.driver.open(scene.specOf("cx-00000006"));
    const said = turnOf(next.events);
    next.send("Make it.");
    expect(await said).toBe("It says made.");
    await next.stop("hard");
    node.signal("SIGTERM");
    expect(await node.ended).toBe(0);
  });

  test("ends what it has for a host that has come up anew, before it works for that", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const node = scene.quick("node-a", 9000);
    await node.told("lease.granted");
    const session = await host.driver.open(scene.specOf("cx-00000007"));
    session.send("Work.");
    await until(() => existsSync(join(scene.workspace, "begun")));
    host.beginAnew();
    expect(await node.told("lease.over")).toMatchObject({ why: "refused", sessions: 1, proven: true });
    expect(bearersOf("cx-00000007")).toEqual([]);
    await node.told("lease.granted", 2);
    expect(new Set(host.leased).size).toBe(2);
    await until(() => host.nodes.get("node-a")?.boot === host.leased[1]);
  });

  test("goes on with its sessions when the server is killed and comes back, with its store or without", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const node = scene.node("node-a");
    await node.told("lease.granted");
    const session = await host.driver.open(scene.specOf("cx-00000008"));
    for (const [index, store] of (["kept", "lost"] as const).entries()) {
      await server.kill();
      await node.told("link", 2 * index + 1);
      await server.restart({ store });
      await node.told("link", 2 * index + 2);
      const said = turnOf(session.events);
      session.send("Make it.");
      expect(await said).toMatch(/^It says made/);
    }
    await until(() => host.nodes.get("node-a")?.used === 1);
    expect(await session.stop("polite")).toEqual({ proven: true, survivors: [] });
    expect(node.events.filter(({ type }) => type === "lease.over")).toEqual([]);
  });
});

describe.each(theServer("a node that cannot be one"))("a node over %s is refused", () => {
  test("when another one has its name, or its folder", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const first = scene.node("node-a");
    await first.told("lease.granted");
    const second = scene.node("node-a", "--data", scene.dataOf("other"));
    const third = scene.node("node-b", "--data", scene.dataOf("node-a"));
    expect(await third.ended).toBe(1);
    expect(third.errors()).toContain(`another node (pid ${first.pid}) is at work in ${scene.dataOf("node-a")}`);
    expect(await second.ended).toBe(1);
    expect(second.errors()).toContain('somebody else in this fleet has the name "node-a"');
    expect(second.events.some(({ type }) => type === "joined")).toBe(false);
    expect(host.nodes.get("node-a")?.boot).toBe(host.leased[0]);
  });

  test("a session for a folder that it does not have, or that is its own", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const node = scene.node("node-a");
    await node.told("lease.granted");
    const spec = scene.specOf("cx-00000009");
    await expect(host.driver.open({ ...spec, cwd: join(scene.folder, "nowhere") })).rejects.toThrow(/has no folder/);
    await expect(host.driver.open({ ...spec, cwd: scene.dataOf("node-a") })).rejects.toThrow(/the node's own folder/);
    // Without a wall it does not take what is to be behind one.
    const wall = { agent: "/a", shell: "/b", unreadable: [], unwritable: [] };
    await expect(host.driver.open({ ...spec, wall })).rejects.toThrow(/behind a wall/);
  });
});
