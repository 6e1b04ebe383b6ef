import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventually } from "../../kit/deck.ts";
import { openFleet } from "../kit/fleet.ts";
import { theServer } from "../kit/nats.ts";
import { nothingHere, puppetsAway } from "../kit/puppet.ts";
import { startRelay } from "../kit/relay.ts";
import { specOf } from "../kit/spec.ts";

describe.each(theServer("a second host"))("a second host in a fleet, over %s", () => {
  test("is refused, says what to do, and touches nothing of the first one's; after that one's end it may come", async () => {
    await using fleet = await openFleet();
    const desk = await fleet.desk();
    const agents = puppetsAway();
    const node = await fleet.node("one", agents.driver);
    const session = await desk.driver(nothingHere).open(specOf("cx-1"));
    mkdirSync(join(fleet.folder, "other"));
    const other = { epochFile: join(fleet.folder, "other", "epoch.json") };
    await expect(fleet.desk(other)).rejects.toMatchObject({
      code: "hub.name_taken",
      message: expect.stringContaining("another host"),
      hint: expect.stringContaining("--fleet"),
    });
    expect([session.signal.aborted, node.lives.length, agents.last().agent.told]).toEqual([false, 1, []]);
    expect(desk.list().nodes.map(({ node: name }) => name)).toEqual(["one"]);
    await desk.close();
    await fleet.desk(other);
  });

  test("may come at once where the first one could not go on after it had entered the fleet", async () => {
    await using fleet = await openFleet();
    writeFileSync(join(fleet.folder, "a-file"), "");
    const folder = join(fleet.folder, "a-file", "spaces");
    const travel = { deckHome: fleet.folder, folder, path: "", home: fleet.folder };
    await expect(fleet.desk({ travel })).rejects.toThrow(/ENOTDIR/);
    mkdirSync(join(fleet.folder, "other"));
    await fleet.desk({ epochFile: join(fleet.folder, "other", "epoch.json") });
  });

  test("of the same home takes over at once, also from one that was killed", async () => {
    await using fleet = await openFleet();
    // It says no farewell, and its entry stays until it goes by itself.
    await using relay = await startRelay(fleet.server.port);
    await fleet.desk({ access: { urls: [relay.url], fleet: "test", login: { by: "nothing" }, tls: undefined } });
    relay.cut();
    const desk = await fleet.desk();
    await fleet.node("one", puppetsAway().driver);
    expect(desk.list().nodes.map(({ node }) => node)).toEqual(["one"]);
  });

  test("that came while the first one was cut off has the first one leave the fleet, and says so there", async () => {
    await using fleet = await openFleet();
    await using relay = await startRelay(fleet.server.port);
    const first = await fleet.desk({
      access: { urls: [relay.url], fleet: "test", login: { by: "nothing" }, tls: undefined },
    });
    relay.cut();
    mkdirSync(join(fleet.folder, "other"));
    await fleet.desk({ epochFile: join(fleet.folder, "other", "epoch.json") });
    relay.mend();
    await eventually(() => fleet.toldOf("deck.warned").length > 0, "the first one tells it");
    expect(fleet.toldOf("deck.warned")).toMatchObject([{ code: "hub.name_taken" }]);
    await eventually(() => first.list().hub?.link === "left", "and has left");
  });
});
