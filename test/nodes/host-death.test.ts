import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { remainsOf } from "../survivors/remains.ts";
import { atWork } from "./kit/at-work.ts";
import { hostLives } from "./kit/host-process.ts";
import { until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene, type NodeScene } from "./kit/node-process.ts";

// A host and two nodes try their agents and gates before they are there, and the host does so twice.
vi.setConfig({ testTimeout: 300_000 });

const begunIn = ({ workspace }: NodeScene): number => {
  const file = join(workspace, "begun");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
};

describe.each(theServer("a host that is killed"))("a host that is killed with constructs on nodes, over %s", () => {
  test("is followed by one whose nodes end what they have, with proof, and go on in the same sessions; each ends once", async () => {
    await using server = await startNats();
    await using scene = await openNodeScene(server, atWork);
    const lives = hostLives(scene, server);
    const host = await lives.begin();
    const nodes = [scene.node("node-a"), scene.node("node-b")];
    await Promise.all(nodes.map((node) => node.told("lease.granted")));
    const tasks = ["Work.", "Work too."];
    await lives.spawn(tasks, "--sandbox", "off");
    await until(
      () => begunIn(scene) === 2,
      () => host.errors(),
      90_000,
    );
    const before = lives.recorded().filter(({ type }) => type === "construct.started");
    host.signal("SIGKILL");
    await host.ended;

    await lives.begin();
    await lives.untilClosed();
    const events = lives.recorded();
    const started = events.filter(({ type }) => type === "construct.started");
    const whereOf = (some: typeof events): unknown =>
      Object.fromEntries(some.map(({ construct = "", place }) => [construct, place]));
    expect(started.length).toBe(4);
    expect(whereOf(started.slice(2))).toEqual(whereOf(before));
    expect(events.filter(({ type }) => type === "construct.restarted")).toEqual([]);
    expect(events.flatMap(({ outcome }) => outcome ?? [])).toMatchObject(
      tasks.map(() => ({ state: "done", result: "Went on." })),
    );
    // Nothing has run twice.
    expect(begunIn(scene)).toBe(2);
    for (const node of nodes) {
      expect(await node.told("lease.over")).toMatchObject({ why: "refused", proven: true });
      const types = node.events.map(({ type }) => type);
      const took = types.flatMap((type, index) => (type === "session.took" ? index : []));
      // What it had was ended before it took any of it again.
      expect(types.slice(0, types.indexOf("lease.over")).filter((type) => type === "session.took").length * 2).toBe(
        took.length,
      );
    }
    expect(remainsOf(scene.folder).filter((line) => line.includes("sleep 301"))).toEqual([]);
    expect(await lives.stop()).toBe(0);
    for (const node of nodes) node.signal("SIGTERM");
    expect(await Promise.all(nodes.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(remainsOf(scene.folder)).toEqual([]);
  });
});
