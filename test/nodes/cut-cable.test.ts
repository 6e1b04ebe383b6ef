import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { AgentEvent } from "../../src/drivers/agent.ts";
import { leaseTimes } from "../../src/nodes/lease.ts";
import { say } from "../../src/offline/reply.ts";
import { bearersOf } from "../kit/deck.ts";
import { layCable, theCable, type Cable } from "./kit/cable.ts";
import { openHubHost } from "./kit/hub-host.ts";
import { until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene, type NodeProcess, type NodeScene } from "./kit/node-process.ts";

vi.setConfig({ testTimeout: 180_000 });

const leaseMs = 12_000;
const agent = join(import.meta.dirname, "soak/unit-agent.mjs");

const behind = (cable: Cable, scene: NodeScene): NodeProcess =>
  scene.quick("node-a", leaseMs, { before: cable.before, url: cable.url, env: { CYBERDECK_CLAUDE_BIN: agent } });

async function turnOf(events: AsyncIterable<AgentEvent>): Promise<string> {
  for await (const event of events) if (event.type === "turn.ended") return event.turn.text;
  return "its events have ended";
}

const times = leaseTimes(leaseMs, 0.05, leaseMs / 3);
const able = theCable("a node whose cable is cut");

describe.each(able.flatMap(() => theServer("a node whose cable is cut")))("a node behind a cable to %s", () => {
  test("goes on when the cable was cut for less than its lease, and tells what was done meanwhile", async () => {
    await using server = await startNats();
    await using cable = await layCable(server.port);
    await using host = await openHubHost(server, { node: "node-a", times });
    await using scene = await openNodeScene(server, () => say("Nobody asks."));
    const node = behind(cable, scene);
    await node.told("lease.granted");
    const session = await host.driver.open(scene.specOf("cx-00000011"));
    const said = turnOf(session.events);
    session.send("Do unit 1-1: it is work.");
    await until(() => existsSync(join(scene.workspace, "unit-1-1.txt")));
    // From the middle of its first call on.
    cable.cut();
    await until(() => bearersOf("cx-00000011").every((line) => !line.includes("sleep")));
    cable.mend();
    expect(await said).toBe("Unit 1-1 has 2 steps.");
    expect(host.givenUp).toEqual([]);
    expect(node.events.filter(({ type }) => type === "lease.over")).toEqual([]);
    await session.stop("hard");
  });

  test.each(["both", "in", "out"] as const)(
    "ends its agents with proof when that is cut (%s) for longer; they are lost for the host, and late words are refused",
    async (what) => {
      await using server = await startNats();
      await using cable = await layCable(server.port);
      await using host = await openHubHost(server, { node: "node-a", times });
      await using scene = await openNodeScene(server, () => say("Nobody asks."));
      const node = behind(cable, scene);
      const { boot } = await node.told("lease.granted");
      const session = await host.driver.open(scene.specOf("cx-00000012"));
      session.send("Work for ever.");
      await until(() => existsSync(join(scene.workspace, "begun")));
      cable.cut(what);
      expect(await node.told("lease.over")).toMatchObject({ boot, why: "silence", sessions: 1, proven: true });
      expect(bearersOf("cx-00000012")).toEqual([]);
      expect(await session.closed).toMatchObject({ how: "lost" });
      cable.mend();
      await node.told("lease.granted", 2);
      await until(() => host.strangers.length > 0);
      expect(new Set(host.strangers.map((to) => to.boot))).toEqual(new Set([boot]));
      rmSync(join(scene.workspace, "begun"));
      const next = await host.driver.open(scene.specOf("cx-00000013"));
      const said = turnOf(next.events);
      next.send("Do unit 1-2: it is work.");
      expect(await said).toBe("Unit 1-2 has 2 steps.");
      await next.stop("hard");
    },
  );
});
