import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { AgentDriver, AgentEvent } from "../../src/drivers/agent.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { remainsOf } from "../survivors/remains.ts";
import { openFleet } from "./kit/fleet.ts";
import { openHubHost } from "./kit/hub-host.ts";
import { until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene } from "./kit/node-process.ts";
import { nothingHere, puppet } from "./kit/puppet.ts";
import { runIn, specOf } from "./kit/spec.ts";
import { startWholeNode } from "./kit/whole-node.ts";

// A node tries its agent and its gate before it joins.
vi.setConfig({ testTimeout: 180_000 });

describe.each(theServer("a warm node"))("a node that keeps agents ready, over %s", () => {
  test("gives them to those that come, tells how many there are, and ends them with all else", async () => {
    await using fleet = await openFleet();
    const cwd = join(fleet.folder, "workspace");
    mkdirSync(cwd);
    const spec = (id: string) => specOf(id, { cwd, run: runIn(join(fleet.folder, "home")), place: { pool: "big" } });
    const opened: { isSpare: boolean; stopped: boolean }[] = [];
    const agents: Pick<AgentDriver, "open"> = {
      async open({ isSpare = false, ...owner }) {
        const one = { isSpare, stopped: false };
        opened.push(one);
        const { session, open } = puppet();
        await open(owner);
        void session.closed.then(() => (one.stopped = true));
        return session;
      },
    };
    const desk = await fleet.desk();
    await using node = await startWholeNode(fleet, "one", { driver: agents, asked: { warm: 2 } });
    await node.told("lease.granted");
    const driver = desk.driver(nothingHere);
    const warm = (): number | undefined => desk.list().nodes[0]?.warm;
    const used = (): number | undefined => desk.list().nodes[0]?.used;
    expect(warm()).toBe(0);
    await driver.open(spec("cx-1"));
    await until(() => warm() === 2);
    // They take no slot.
    expect(used()).toBe(1);
    await driver.open(spec("cx-2"));
    expect((await node.told("spare.taken")).session).toBe("cx-2");
    await until(() => opened.length === 4 && warm() === 2 && used() === 2);
    expect(opened.map(({ isSpare }) => isSpare)).toEqual([false, true, true, true]);
    // One that drains keeps none for those who will not come, and what is at work goes on.
    await desk.drain("one", true);
    const ended = (): boolean[] => opened.map(({ stopped }) => stopped);
    await until(() => warm() === 0 && ended().filter(Boolean).length === 2);
    // Not the agents at work: the one that was opened cold, and one that was a spare.
    expect([ended()[0], ended().slice(1).filter(Boolean).length]).toEqual([false, 2]);
    await desk.drain("one", false);
    await until(() => warm() === 2);
    expect(await desk.farewell()).toMatchObject([{ sessions: 2, proven: true }]);
    expect(opened.every(({ stopped }) => stopped)).toBe(true);
    expect((await node.told("lease.over")).why).toBe("farewell");
  });

  test("has the real agent of the next session up before that comes; nothing of it is left in the end", async () => {
    const answer: Answerer = ({ toolResults }) =>
      toolResults.length > 0
        ? say(`It says ${toolResults.map(({ text }) => text.trim()).join()}.`)
        : call("Bash", { command: "echo made | tee made" });
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-a" });
    await using scene = await openNodeScene(server, answer);
    const node = scene.node("node-a");
    await node.told("lease.granted");
    const first = await host.driver.open(scene.specOf("cx-00000011"));
    const spare = await node.told("spare.ready");
    await until(() => host.nodes.get("node-a")?.warm === 1);
    const judged: string[] = [];
    const second = await host.driver.open(
      scene.specOf("cx-00000012", {
        caliber: { model: "opus", effort: "medium" },
        gate: ({ tool }) => {
          judged.push(tool);
          return Promise.resolve({ decision: "allow", rule: "test", reason: "" });
        },
      }),
    );
    expect(second.pid).toBe(spare["pid"]);
    expect(await node.told("spare.taken")).toMatchObject({ session: "cx-00000012", spare: spare["spare"] });
    const events: AgentEvent[] = [];
    second.send("Make it.");
    for await (const event of second.events) {
      events.push(event);
      if (event.type === "turn.ended") break;
    }
    expect(events.at(-1)).toMatchObject({ turn: { text: "It says made." } });
    expect(events.find(({ type }) => type === "ready")).toMatchObject({ model: expect.stringContaining("opus") });
    expect(existsSync(join(scene.workspace, "made"))).toBe(true);
    expect(judged).toEqual(["Bash"]);
    expect(await first.stop("polite")).toEqual({ proven: true, survivors: [] });
    expect(await second.stop("polite")).toEqual({ proven: true, survivors: [] });
    node.signal("SIGTERM");
    expect(await node.ended).toBe(0);
    expect(remainsOf(scene.folder)).toEqual([]);
  });
});
