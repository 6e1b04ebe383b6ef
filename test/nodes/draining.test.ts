import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { AgentSession } from "../../src/drivers/agent.ts";
import { openFleet } from "./kit/fleet.ts";
import { until } from "./kit/hub.ts";
import { theServer } from "./kit/nats.ts";
import { nothingHere, puppetsAway } from "./kit/puppet.ts";
import { startRelay } from "./kit/relay.ts";
import { runIn, specOf } from "./kit/spec.ts";
import { startWholeNode } from "./kit/whole-node.ts";
import { repository } from "./workspace/kit/place.ts";

// A lease of six seconds has to run out.
vi.setConfig({ testTimeout: 120_000 });

/** A node with a copy in which an agent has made something, and the way to it. */
async function scene(undo: AsyncDisposableStack) {
  const fleet = undo.use(await openFleet());
  const relay = undo.use(await startRelay(fleet.server.port));
  const agents = puppetsAway();
  const asked = { workspace: "bundle" } as const;
  const node = undo.use(await startWholeNode(fleet, "one", { driver: agents.driver, url: relay.url, asked }));
  const desk = await fleet.desk();
  await node.told("lease.granted");
  const cwd = repository(join(fleet.folder, "workspace"), { "a.txt": "one\n" });
  const run = runIn(join(fleet.folder, "home"));
  const session = await desk.driver(nothingHere).open(specOf("cx-1", { cwd, run, place: { pool: "big" } }));
  return { relay, node, session };
}

/** Ends an agent as a deck does: the proof is what its place says once it is gone. */
async function gone(session: AgentSession): Promise<void> {
  await session.stop("hard");
  await session.closed;
  expect(await session.stop("hard")).toMatchObject({ proven: true });
}

describe.each(theServer("a node that is to end"))("a node that is to end, over %s", () => {
  test("waits for the host of a copy, and no longer once that has given it up", async () => {
    await using undo = new AsyncDisposableStack();
    const { relay, node, session } = await scene(undo);
    await gone(session);
    expect(node.drain()).toBe(0);
    relay.cut();
    // It has a minute, and the host may yet be back to fetch what is there.
    await node.told("lease.over");
    expect(node.of("ended")).toEqual([]);
    await until(
      () => node.of("ended").length === 1,
      () => node.events,
    );
  });

  test("ends as soon as its host has what was made there", async () => {
    await using undo = new AsyncDisposableStack();
    const { node, session } = await scene(undo);
    await gone(session);
    expect(node.drain()).toBe(0);
    expect(node.of("ended")).toEqual([]);
    const returned = await session.copy?.bringBack({ construct: "cx-1", isOver: true });
    expect(returned).toMatchObject({ how: "nothing" });
    expect((await node.told("ended")).proven).toBe(true);
  });
});
