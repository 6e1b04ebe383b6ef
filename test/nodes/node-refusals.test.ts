import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { AgentEvent, SessionSpec } from "../../src/drivers/agent.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { findBubblewrap } from "../../src/process/wall/bubblewrap.ts";
import { remainsOf } from "../survivors/remains.ts";
import { openHubHost } from "./kit/hub-host.ts";
import { until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene, type NodeScene } from "./kit/node-process.ts";
import { runIn } from "./kit/spec.ts";

// Each node tries its agent, its gate and its wall before it joins.
vi.setConfig({ testTimeout: 180_000 });

const nobody = { url: "nats://127.0.0.1:9" };
const idle: Answerer = () => say("Nothing.");

/** What comes of a command that must not become a node. */
async function refusal(
  scene: NodeScene,
  flags: string[],
  { env = {}, code = 1 }: { env?: Record<string, string>; code?: number } = {},
): Promise<string> {
  const data = scene.dataOf("refused");
  const usual = ["--hub", nobody.url, "--pool", "p", "--slots", "1", "--name", "n", "--data", data, "--offline"];
  const node = scene.command(["node", ...usual, ...flags], env);
  expect(await node.ended).toBe(code);
  expect(node.errors()).toMatch(/^error: .+\nnext: .+\n$/m);
  expect(remainsOf(scene.folder)).toEqual([]);
  return node.errors();
}

describe("cyberdeck node is refused", () => {
  test("where no server is, which is said with its address", async () => {
    await using scene = await openNodeScene(nobody, idle);
    const text = await refusal(scene, []);
    expect(text).toContain("could not open the hub at nats://127.0.0.1:9");
    expect(text).toContain("nats-server runs there");
  });

  test("to a construct, before anything is looked at", async () => {
    await using scene = await openNodeScene(nobody, idle);
    expect(await refusal(scene, [], { env: { CYBERDECK_CONSTRUCT: "cx-1" } })).toContain("a construct may not");
  });

  test("without an agent, and without a login for it", async () => {
    await using scene = await openNodeScene(nobody, idle);
    expect(await refusal(scene, ["--claude-bin", "/nonexistent/claude"])).toContain(
      "/nonexistent/claude cannot be run",
    );
    const ordinary = scene.command(
      ["node", "--hub", nobody.url, "--pool", "p", "--slots", "1", "--data", scene.dataOf("o")],
      { ANTHROPIC_API_KEY: "" },
    );
    expect(await ordinary.ended).toBe(1);
    expect(ordinary.errors()).toContain("this machine cannot be a node yet (login): no login and no key was found");
    expect(ordinary.errors()).toContain("claude /login");
  });

  test("with a secret that is not there, or that others could read", async () => {
    await using scene = await openNodeScene(nobody, idle);
    expect(await refusal(scene, ["--token", "env:NOT_SET"], { code: 2 })).toContain("NOT_SET");
    const plain = await refusal(scene, ["--token", "hunter2"], { code: 2 });
    expect(plain).toContain("env:NAME or file:/path");
    const inUrl = scene.command(["node", "--hub", "nats://me:hunter2@h:1", "--pool", "p", "--slots", "1"]);
    expect(await inUrl.ended).toBe(2);
    expect(plain + inUrl.errors()).not.toContain("hunter2");
  });

  test("with a folder that cannot be had, and the flag for another one is that of a node", async () => {
    await using scene = await openNodeScene(nobody, idle);
    const text = await refusal(scene, ["--data", "/dev/null/node"]);
    expect(text).toContain("/dev/null/node");
    expect(text).toContain("name another one with --data");
    expect(text).not.toContain("--home");
  });

  test("with names that cannot be, which are told", async () => {
    await using scene = await openNodeScene(nobody, idle);
    for (const flags of [
      ["--name", "host"],
      ["--name", "a.b"],
      ["--pool", "here"],
      ["--label", "a b"],
    ]) {
      const node = scene.command([
        "node",
        "--hub",
        nobody.url,
        "--pool",
        "p",
        "--slots",
        "1",
        "--name",
        "n",
        "--offline",
        "--data",
        scene.dataOf("x"),
        ...flags,
      ]);
      expect([flags, await node.ended]).toEqual([flags, 2]);
      expect(node.errors()).toContain(`"${flags[1] ?? ""}" cannot be the`);
    }
  });
});

const specOf = (scene: NodeScene, home: string): SessionSpec =>
  scene.specOf("cx-00000011", {
    run: runIn(home, "run-20260101-000000-bbbb"),
    // What counts is that the host wants one; the node puts up its own.
    wall: { agent: "/nowhere/agent", shell: "/nowhere/shell", unreadable: [], unwritable: [] },
  });

async function turnOf(events: AsyncIterable<AgentEvent>): Promise<string> {
  for await (const event of events) if (event.type === "turn.ended") return event.turn.text;
  return "its events have ended";
}

const tried = [
  "../data-node-w/outside",
  ".cyberdeck/policy.toml",
  "inside",
  ".cyberdeck/runs/run-20260101-000000-bbbb/kept",
];

const hasWall = (await findBubblewrap()) !== undefined;

describe.each(hasWall ? theServer("a node with a wall") : [])("a node with a wall, over %s", () => {
  test("works behind one of its own: the node's own folder cannot be written, nor the files of the host's home in a shared folder", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-w" });
    await using scene = await openNodeScene(server, ({ toolResults }) => {
      if (toolResults.length > 0) return say(toolResults.map(({ text }) => text).join("\n"));
      const script = [
        'import { writeFileSync } from "node:fs";',
        `for (const file of ${JSON.stringify(tried)})`,
        "  try { writeFileSync(file, 'x'); console.log(`${file}: yes`); } catch { console.log(`${file}: no`); }",
      ].join("\n");
      // A program, so that no brake knows beforehand what it writes.
      writeFileSync(join(scene.workspace, "try.mjs"), script);
      return call("Bash", { command: "node try.mjs" });
    });
    const home = join(scene.workspace, ".cyberdeck");
    mkdirSync(join(home, "runs/run-20260101-000000-bbbb"), { recursive: true });
    writeFileSync(join(home, "policy.toml"), "# as it was\n");
    const node = scene.node("node-w", "--sandbox", "auto");
    await node.told("lease.granted");
    await until(() => host.nodes.get("node-w")?.hasWall === true);
    const session = await host.driver.open(specOf(scene, home));
    const said = turnOf(session.events);
    session.send("Try it.");
    expect((await said).trim().split("\n")).toEqual([
      "../data-node-w/outside: no",
      ".cyberdeck/policy.toml: no",
      "inside: yes",
      ".cyberdeck/runs/run-20260101-000000-bbbb/kept: yes",
    ]);
    expect(readFileSync(join(home, "policy.toml"), "utf8")).toBe("# as it was\n");
    await session.stop("polite");
    node.signal("SIGTERM");
    expect(await node.ended).toBe(0);
    expect(remainsOf(scene.folder)).toEqual([]);
  });

  test("that is offline has a model and a HOME of its own, and tells in plain lines what it does", async () => {
    await using server = await startNats();
    await using host = await openHubHost(server, { node: "node-o" });
    await using scene = await openNodeScene(server, () => {
      throw new Error("the model of the caller is asked");
    });
    const node = scene.command([
      "node",
      "--hub",
      server.url,
      "--fleet",
      "test",
      "--pool",
      "p",
      "--slots",
      "1",
      "--name",
      "node-o",
      "--data",
      scene.dataOf("o"),
      "--offline",
    ]);
    await until(
      () => node.errors().includes("the host counts on this node now"),
      () => node.errors(),
      60_000,
    );
    const session = await host.driver.open(specOf(scene, join(scene.folder, "elsewhere")));
    const said = turnOf(session.events);
    session.send("Do nothing that anybody knows.");
    expect(await said).toMatch(/\w/);
    await session.stop("polite");
    node.signal("SIGTERM");
    expect(await node.ended).toBe(0);
    const lines = node.errors();
    expect(lines).toMatch(/wall: bubblewrap works here\n/);
    expect(lines).toMatch(/node-o has joined the fleet test \(nats:.*\): pool p, 1 slot; its folder is .*data-o\n/);
    expect(lines).toContain(`cx-00000011 of run-20260101-000000-bbbb: taken, in ${scene.workspace}\n`);
    expect(lines).toContain("the node has ended; nothing of it is left\n");
    expect(remainsOf(scene.folder)).toEqual([]);
  });
});
