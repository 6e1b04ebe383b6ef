import { describe, expect, test } from "vitest";
import type { NodesListing } from "../../../src/protocol/nodes.ts";
import { aStatus, scriptedDeck, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const fleet: NodesListing = {
  hub: { fleet: "lab", link: "up" },
  nodes: [
    {
      node: "node-a",
      boot: "b-1",
      pool: "gpu",
      labels: ["cuda"],
      slots: 4,
      used: 1,
      warm: 2,
      free_mb: 2048.4,
      workspace: "bundle",
      draining: true,
      wall: true,
      versions: { cyberdeck: "9.8.7\u001b[2J", agent: null },
      since: Date.UTC(2026, 10, 22),
      lease_ms: 12_000,
      agents: ["cx-00000001"],
      why_not: "drains",
    },
  ],
};

describe("cyberdeck nodes", () => {
  test("shows the fleet: the link, each node, what is on it and why it gets no work", async () => {
    const { code, out } = await run(stand(["nodes"], scriptedDeck({ fleet })));
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines[0]).toBe("fleet lab, the link to its hub is up");
    expect(lines[1]).toBe("node-a · pool gpu (cuda) · 1 of 4 slots, 2 warm · 2048 MB free · lease 12.0 s");
    expect(lines[2]).toMatch(/^ {2}wall · copies of workspaces · since .* · version 9\.8\.7.*, agent not known$/);
    expect(lines.slice(3, 5)).toEqual(["  gets no work: it drains", "  on it: cx-00000001"]);
    expect(out).not.toContain("\u001b[2J");
  });

  test("is one line of JSON with --json", async () => {
    const { out } = await run(stand(["nodes", "list", "--json"], scriptedDeck({ fleet })));
    expect(JSON.parse(out)).toMatchObject({ hub: { fleet: "lab" }, nodes: [{ node: "node-a", draining: true }] });
  });

  test("says what to do where there is no hub, or no node", async () => {
    expect((await run(stand(["nodes"], scriptedDeck()))).out).toContain("start its host with --hub");
    const empty = scriptedDeck({ fleet: { hub: { fleet: "lab", link: "down" }, nodes: [] } });
    expect((await run(stand(["nodes"], empty))).out).toContain("no node is up; start one on its machine");
    const left = scriptedDeck({ fleet: { hub: { fleet: "lab", link: "left" }, nodes: [] } });
    expect((await run(stand(["nodes"], left))).out).toMatch(
      /^this host has left the fleet lab: another host .*cyberdeck host stop\n$/,
    );
  });

  test("says that the host has to be started again where hub.json has come or changed since", async () => {
    const alone = scriptedDeck({ fleet: { hub: null, nodes: [], hub_file_changed: true } });
    expect((await run(stand(["nodes"], alone))).out).toMatch(
      /^This host began before hub\.json .*cyberdeck host stop, then/,
    );
    const { out } = await run(stand(["nodes"], scriptedDeck({ fleet: { ...fleet, hub_file_changed: true } })));
    expect(out.trimEnd().split("\n").at(-1)).toContain("hub.json of the home has been changed since this host began");
    expect((await run(stand(["nodes"], scriptedDeck({ fleet })))).out).not.toContain("hub.json");
  });

  test("has a node take no more work, and says what goes on there", async () => {
    const deck = scriptedDeck({ fleet });
    const { out } = await run(stand(["nodes", "drain", "node-a"], deck));
    expect(out).toBe("node-a takes no more work; 2 agents on it go on\n");
    expect(deck.commands).toEqual([{ type: "nodes.drain", name: "node-a", draining: true }]);
    const withOne = scriptedDeck({ fleet, onNode: 1 });
    expect((await run(stand(["nodes", "drain", "node-a"], withOne))).out).toContain("; 1 agent on it goes on\n");
    expect((await run(stand(["nodes", "undrain", "node-a"], deck))).out).toBe("node-a takes work again\n");
  });

  test("refuses a drain without a name", async () => {
    expect((await run(stand(["nodes", "drain"], scriptedDeck({ fleet })))).code).toBe(2);
  });
});

describe("the flags of a host that has a hub", () => {
  test("are the addresses and the fleet", async () => {
    const world = stand(["host", "--detach", "--hub", "nats://a:1, tls://b:2", "--fleet", "lab"], scriptedDeck());
    await run(world);
    expect(world.opened[0]?.hub).toEqual({ urls: ["nats://a:1", "tls://b:2"], fleet: "lab" });
  });

  test("are refused when there is a fleet and no address", async () => {
    expect(await run(stand(["host", "--fleet", "lab"], scriptedDeck()))).toMatchObject({
      code: 2,
      err: expect.stringContaining("--fleet needs --hub"),
    });
  });
});

describe("a run for nodes that are not up yet", () => {
  const done = (listing: NodesListing): ScriptedDeck =>
    scriptedDeck({ fleet: listing, onOpen: (stage) => stage.close("done") });

  test.each([
    [["run", "--on", "builders", "goal"], "no node of the pool builders is up yet"],
    [["spawn", "--label", "rocm", "task"], "no node of any place with rocm is up yet"],
  ])("says first, in %j, which pools there are, and begins", async (argv, why) => {
    const { code, err } = await run(stand(argv, done(fleet)));
    expect([code, err.split("\n")[0]]).toEqual([0, expect.stringContaining(why)]);
    expect(err.split("\n")[0]).toContain("there are: gpu (cuda)");
    expect((await run(stand(argv, done({ ...fleet, nodes: [] })))).err).toContain("waits; no node is up");
  });

  test("says nothing of it where one is up that fits, and where none is asked for", async () => {
    for (const argv of [
      ["run", "--on", "gpu", "--label", "cuda", "goal"],
      ["run", "goal"],
      ["run", "--on", "here", "goal"],
    ])
      expect((await run(stand(argv, done(fleet)))).err).not.toContain("is up yet");
  });
});

describe("the hub of constructs without a daemon", () => {
  test("is that of the command with --embedded, and is named again in the next command line", async () => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("paused", "no account") });
    const world = stand(["spawn", "--embedded", "--hub", "nats://a:1", "--fleet", "lab", "task"], deck);
    const { err } = await run(world);
    expect(world.opened[0]).toMatchObject({ mode: "write", hub: { urls: ["nats://a:1"], fleet: "lab" } });
    expect(err).toContain("--embedded --hub nats://a:1 --fleet lab");
  });

  test.each([
    [["spawn", "--hub", "nats://a:1", "task"], "a host has its own"],
    [["spawn", "--fleet", "lab", "task"], "a host has its own"],
    [["spawn", "--embedded", "--fleet", "lab", "task"], "--fleet needs --hub"],
    [["spawn", "--run", "last", "--hub", "nats://a:1", "task"], "a host has its own"],
    [["spawn", "--run", "last", "--embedded", "--hub", "nats://a:1", "task"], "has its deck already"],
  ])("is refused in %j, and nothing is started", async (argv, why) => {
    const deck = scriptedDeck();
    const world = stand(argv, deck);
    expect(await run(world)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect(deck.commands).toEqual([]);
  });
});

describe("cyberdeck host status", () => {
  test("says where the host meets its nodes, and nothing of it where it has none", async () => {
    const status = { ...aStatus, hub: { urls: ["nats://a:4222"], fleet: "lab" } };
    expect((await run(stand(["host", "status"], scriptedDeck({ status })))).out).toContain(
      "hub        nats://a:4222, fleet lab",
    );
    expect((await run(stand(["host", "status"], scriptedDeck()))).out).not.toContain("hub ");
  });
});
