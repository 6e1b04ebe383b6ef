import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test, vi } from "vitest";
import { openFleet } from "./kit/fleet.ts";
import { theServer } from "./kit/nats.ts";
import { nothingHere, puppetsAway } from "./kit/puppet.ts";
import { runIn, specOf } from "./kit/spec.ts";
import { startWholeNode } from "./kit/whole-node.ts";

// Ten seconds have to go by.
vi.setConfig({ testTimeout: 120_000 });

describe.each(theServer("a node with a full disk"))("a node whose outbox cannot be written, over %s", () => {
  test("ends its life, of which its host hears, and takes no work until it can", async () => {
    await using fleet = await openFleet();
    const cwd = join(fleet.folder, "workspace");
    mkdirSync(cwd);
    const desk = await fleet.desk();
    const agents = puppetsAway();
    await using node = await startWholeNode(fleet, "one", { driver: agents.driver });
    await node.told("lease.granted");
    const spec = specOf("cx-1", { cwd, run: runIn(join(fleet.folder, "home")), place: { pool: "big" } });
    const session = await desk.driver(nothingHere).open(spec);
    using disk = new DatabaseSync(join(node.data, "outbox.db"));
    disk.exec("CREATE TRIGGER full BEFORE INSERT ON letters BEGIN SELECT RAISE(ABORT, 'it is full'); END");
    agents.last().agent.does({ type: "said", text: "nobody hears this" });
    const stopping = session.stop("hard");
    expect(await node.told("lease.over")).toMatchObject({ why: "outbox", proven: true });
    expect(await session.closed).toMatchObject({ how: "lost" });
    expect(await stopping).toMatchObject({ survivors: [] });
    await node.told("trouble", 2);
    expect(node.of("trouble").map(({ code }) => code)).toEqual(["node.outbox_failed", "storage.failed"]);
    expect(node.of("lease.granted").length).toBe(1);
    disk.exec("DROP TRIGGER full");
    await node.told("lease.granted", 2);
  });
});
