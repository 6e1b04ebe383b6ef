import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { pause } from "../../../src/base/clock.ts";
import type { AgentEvent, AgentSession } from "../../../src/drivers/agent.ts";
import type { NodesDeskParts } from "../../../src/nodes/host/desk-parts.ts";
import { leaseTimes } from "../../../src/nodes/lease.ts";
import { surfaceTool } from "../../../src/protocol/surfaced.ts";
import type { ToolCall } from "../../../src/protocol/verdict.ts";
import { eventually } from "../../kit/deck.ts";
import { openFleet, type Fleet } from "../kit/fleet.ts";
import { hubOf, quick, until } from "../kit/hub.ts";
import { theServer } from "../kit/nats.ts";
import { nothingHere, puppetsAway, turnEnded, type puppet } from "../kit/puppet.ts";
import { startRelay } from "../kit/relay.ts";
import { specOf } from "../kit/spec.ts";
import { startWholeNode, type WholeNode, type WholeNodeOptions } from "../kit/whole-node.ts";

const run = "run-20260101-000000-aaaa";

/** A session on a node, from both ends. */
interface Travelling {
  session: AgentSession;
  agent: ReturnType<typeof puppet>;
  /** The calls that the host's gate was asked about. */
  asked: ToolCall[];
  /** Lets its agent end a turn, and waits until the host hears of it. */
  endTurn: () => Promise<void>;
}

/** A host and nodes, each with a folder of its own. */
async function scene(fleet: Fleet, parts: Partial<NodesDeskParts> = {}) {
  const folder = join(fleet.folder, "home", "runs", run);
  const workspace = join(fleet.folder, "workspace");
  for (const path of [folder, workspace]) mkdirSync(path, { recursive: true });
  const agents = puppetsAway();
  const desk = await fleet.desk(parts);
  const driver = desk.driver(nothingHere);
  return {
    folder,
    workspace,
    write: (name: string, text: string, root = folder): void => {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    },
    read: (name: string, root = folder): string => readFileSync(join(root, name), "utf8"),
    async node(name: string, more: Partial<WholeNodeOptions> = {}): Promise<WholeNode> {
      const before = fleet.toldOf("node.came").length;
      const node = await startWholeNode(fleet, name, { driver: agents.driver, ...more });
      await eventually(() => fleet.toldOf("node.came").length > before, `${name} is there`);
      return node;
    },
    async open(id: string, label?: string): Promise<Travelling> {
      const asked: ToolCall[] = [];
      const spec = specOf(id, {
        cwd: workspace,
        run: { id: run, folder },
        place: { pool: "big", ...(label === undefined ? {} : { labels: [label] }) },
        gate: async (call) => {
          asked.push(call);
          return { decision: "allow", rule: "test", reason: "" };
        },
        surface: async (wish) => ({ ok: true, reason: JSON.stringify(wish) }),
      });
      const session = await driver.open(spec);
      const agent = agents.opened.findLast((one) => one.id === id)?.agent;
      if (agent === undefined) throw new Error("no node has opened it");
      return {
        session,
        agent,
        asked,
        async endTurn() {
          agent.does(turnEnded);
          for await (const event of session.events) if (event.type === "turn.ended") break;
        },
      };
    },
    /** What the host was told of files. */
    told: (): string[] =>
      fleet
        .toldOf("deck.warned")
        .filter(({ code }) => code === "nodes.run_files")
        .map(({ message }) => message),
  };
}

/** A node that can be named by a label. */
const labelled = (label: string) => ({ asked: { labels: [label] } });

describe.each(theServer("files of runs that travel"))("the files of a run, over %s", () => {
  test("are on a node before its agent starts, without the deck's own, and only what is new comes with the next one", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using node = await host.node("one");
    host.write("parts/a.md", "first");
    host.write("notes ü.md", "notes");
    for (const name of ["events.ndjson", "report.md", "eject.json", "transcripts/cx-1.ndjson"])
      host.write(name, "deck");
    await host.open("cx-1");
    const there = node.runFolder(run);
    expect(host.read("parts/a.md", there)).toBe("first");
    expect(readdirSync(there).toSorted()).toEqual(["notes ü.md", "parts"]);
    // What the node's own constructs have changed meanwhile is not replaced by what it came from.
    host.write("notes ü.md", "changed there", there);
    host.write("notes ü.md", "and here");
    host.write("parts/a.md", "second");
    host.write("parts/b.md", "new");
    await host.open("cx-2");
    expect(["parts/a.md", "parts/b.md", "notes ü.md"].map((name) => host.read(name, there))).toEqual([
      "second",
      "new",
      "changed there",
    ]);
    expect(host.told()).toEqual([]);
  });

  test("are on the host when it hears of the end of a turn, changed ones too, and are not brought twice", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using node = await host.node("one");
    host.write("parts/a.md", "from the host");
    const { endTurn } = await host.open("cx-1");
    const there = node.runFolder(run);
    host.write("parts/a.md", "changed on the node", there);
    host.write("parts/deep/er/b.md", "new", there);
    host.write("empty", "", there);
    host.write("large", "x".repeat(20_000), there);
    await endTurn();
    expect(["parts/a.md", "parts/deep/er/b.md", "empty"].map((name) => host.read(name))).toEqual([
      "changed on the node",
      "new",
      "",
    ]);
    host.write("parts/a.md", "again", there);
    await endTurn();
    expect(host.read("parts/a.md")).toBe("again");
    // What somebody on the host does with a file that has come stays, as long as nobody changes it on the node.
    host.write("empty", "mine");
    await endTurn();
    expect(host.read("empty")).toBe("mine");
    expect(host.told()).toEqual([]);
    // Nothing of it stays in the store.
    await until(async () => (await usedBytes(fleet)) < 10_000);
  });

  test("come also from one that is stopped in the middle of a turn, before that is told to be over", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using node = await host.node("one");
    const { session } = await host.open("cx-1");
    host.write("parts/a.md", "half", node.runFolder(run));
    expect(await session.stop("hard")).toMatchObject({ proven: true });
    expect(host.read("parts/a.md")).toBe("half");
  });

  test("that two have changed are both kept, and the second one is told of; so is what it changes later", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    host.write("parts/a.md", "base");
    await using one = await host.node("one", labelled("one"));
    await using two = await host.node("two", labelled("two"));
    const [first, second] = [await host.open("cx-1", "one"), await host.open("cx-2", "two")];
    host.write("parts/a.md", "of one", one.runFolder(run));
    host.write("parts/a.md", "of two", two.runFolder(run));
    await first.endTurn();
    await second.endTurn();
    expect([host.read("parts/a.md"), host.read("parts/a.md.from-cx-2")]).toEqual(["of one", "of two"]);
    expect(host.told()).toEqual([
      "cx-2 on two: somebody else has changed parts/a.md in the run's folder meanwhile, so its own is kept as parts/a.md.from-cx-2",
    ]);
    host.write("parts/a.md", "of two, later", two.runFolder(run));
    await second.endTurn();
    expect([host.read("parts/a.md"), host.read("parts/a.md.from-cx-2")]).toEqual(["of one", "of two, later"]);
    expect(host.told().length).toBe(1);
  });

  test("that must not travel stay on the node, and are told once: links, second names, git's, the record, too large ones", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using node = await host.node("one");
    const { endTurn } = await host.open("cx-1");
    const there = node.runFolder(run);
    const secret = join(fleet.folder, "secret");
    writeFileSync(secret, "a login");
    symlinkSync(secret, join(there, "link"));
    symlinkSync(fleet.folder, join(there, "folder"));
    linkSync(secret, join(there, "hard"));
    host.write(".git/hooks/post-commit", "rm -rf /", there);
    host.write("report.md", "forged", there);
    host.write("-rf", "option", there);
    host.write("large", "", there);
    truncateSync(join(there, "large"), 50_000_001);
    host.write("good", "good", there);
    await endTurn();
    await endTurn();
    expect(readdirSync(host.folder)).toEqual(["good"]);
    expect(host.told().toSorted()).toEqual(
      [
        "-rf: its name begins with a dash, and reads like an option",
        ".git: it is one of git's own, in which programs can be named",
        "folder: it is a link",
        "hard: it has a second name (a hard link)",
        "large: it has 50.0 MB, and 50.0 MB are the bound",
        "link: it is a link",
      ].map((what) => `cx-1 on one: of its run's folder, something stays on its node: ${what}`),
    );
  });

  test("that a construct shows come to the host before that is asked, also from elsewhere on the node", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using node = await host.node("one");
    const { agent, asked } = await host.open("cx-1");
    const show = (path: string): Promise<unknown> =>
      agent.calls({ id: path, tool: surfaceTool, input: { kind: "file", path } });
    host.write("shown.md", "look", node.runFolder(run));
    await show(join(node.runFolder(run), "shown.md"));
    const scratch = join("/tmp", `shown-${process.pid}.md`);
    writeFileSync(scratch, "from /tmp");
    host.write("here.md", "shared", host.workspace);
    await show(scratch);
    await show(join(host.workspace, "here.md"));
    await show("/tmp/not-there-at-all");
    const paths = asked.map(({ input }) => String(Reflect.get(Object(input), "path")));
    expect(paths[0]).toBe(join(host.folder, "shown.md"));
    expect(readFileSync(paths[0] ?? "", "utf8")).toBe("look");
    expect(paths[1]?.startsWith(join(host.folder, "surfaced", "cx-1"))).toBe(true);
    expect(readFileSync(paths[1] ?? "", "utf8")).toBe("from /tmp");
    expect(paths[2]).toBe(join(host.workspace, "here.md"));
    // Never a file of the host that only has the same name.
    expect(paths[3]?.startsWith(host.folder)).toBe(true);
    expect(existsSync(paths[3] ?? "")).toBe(false);
  });

  test("are named to the agent by its own path, and to the host by that of the host", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using node = await host.node("one");
    const { session, agent, asked } = await host.open("cx-1");
    const there = node.runFolder(run);
    session.send(`RUN FOLDER: ${host.folder}\nWrite ${host.folder}/parts/a.md, not ${host.folder}-old/x.`);
    await eventually(() => agent.told.length > 0, "the message has come");
    expect(agent.told).toEqual([`send RUN FOLDER: ${there}\nWrite ${there}/parts/a.md, not ${host.folder}-old/x.`]);
    const verdict = await agent.calls({
      id: "w",
      tool: "Write",
      input: { file_path: `${there}/parts/a.md`, content: "x" },
    });
    // It lies nowhere else that may be written to.
    expect(verdict.decision).toBe("allow");
    expect(asked[0]).toMatchObject({ input: { file_path: `${host.folder}/parts/a.md` } });
    agent.does({ type: "said", text: `I wrote ${there}/parts/a.md.` });
    const said: AgentEvent[] = [];
    for await (const event of session.events) {
      said.push(event);
      if (event.type === "said") break;
    }
    expect(said.at(-1)).toEqual({ type: "said", text: `I wrote ${host.folder}/parts/a.md.` });
  });

  test("wait for a link that is back in time, and come when it is back where it is not", async () => {
    await using fleet = await openFleet();
    const times = leaseTimes(30_000, 0.05, 10_000);
    const host = await scene(fleet, { lease: times });
    await using relay = await startRelay(fleet.server.port);
    const fileTimes = { waitMs: 600, tryMs: 300, againMs: 50 };
    await using node = await host.node("one", {
      url: relay.url,
      // What is put into the store is given up soon.
      parts: { times, fileTimes, bounds: { ...quick, answerMs: 300 } },
    });
    const { session, agent, endTurn } = await host.open("cx-1");
    const there = node.runFolder(run);
    host.write("a", "at the end of a turn", there);
    relay.cut();
    await until(() => node.of("link").at(-1)?.link === "down");
    agent.does(turnEnded);
    // Longer than the end of a turn waits for its files, and these are tried.
    await pause(1500);
    expect(existsSync(join(host.folder, "a"))).toBe(false);
    relay.mend();
    await until(() => existsSync(join(host.folder, "a")));
    // The end of the turn was told all the same, and before it why its file was not there.
    for await (const event of session.events) if (event.type === "turn.ended") break;
    expect(host.told()).toEqual([expect.stringContaining("could not be brought")]);
    host.write("b", "later", there);
    relay.cut();
    setTimeout(() => relay.mend(), 200);
    await endTurn();
    await until(() => existsSync(join(host.folder, "b")));
    expect([host.read("a"), host.read("b")]).toEqual(["at the end of a turn", "later"]);
  });

  test("of a node that is cut off for longer than its lease do not come any more; who has its work on another node brings its own", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using relay = await startRelay(fleet.server.port);
    await using one = await host.node("one", { url: relay.url, ...labelled("one") });
    await using two = await host.node("two", labelled("two"));
    const first = await host.open("cx-1", "one");
    host.write("a", "before", one.runFolder(run));
    await first.endTurn();
    relay.cut();
    host.write("a", "late", one.runFolder(run));
    host.write("b", "late", one.runFolder(run));
    first.agent.does(turnEnded);
    expect(await first.session.closed).toMatchObject({ how: "lost" });
    const second = await host.open("cx-1", "two");
    expect(host.read("a", two.runFolder(run))).toBe("before");
    host.write("a", "of its heir", two.runFolder(run));
    await second.endTurn();
    relay.mend();
    await eventually(() => one.of("lease.granted").length === 2, "it is in its next life");
    await eventually(() => fleet.toldOf("node.stranger").length > 0, "its late words are refused and told");
    await second.endTurn();
    expect(readdirSync(host.folder)).toEqual(["a"]);
    expect(host.read("a")).toBe("of its heir");
    // Nor do they with somebody else of the run that comes to that node.
    const third = await host.open("cx-3", "one");
    host.write("c", "of another", one.runFolder(run));
    await third.endTurn();
    expect(readdirSync(host.folder).toSorted()).toEqual(["a", "c"]);
    expect(host.read("a")).toBe("of its heir");
    expect(host.told().filter((what) => what.includes("earlier life")).length).toBe(2);
  });

  test("of a store that is full stay on the node, which is told, and come when there is room", async () => {
    await using fleet = await openFleet();
    const host = await scene(fleet);
    await using node = await host.node("one", { parts: { fileTimes: { waitMs: 2000, tryMs: 300, againMs: 50 } } });
    const { endTurn } = await host.open("cx-1");
    await using other = await hubOf(fleet.server, "other");
    const filler = join(fleet.folder, "filler");
    writeFileSync(filler, Buffer.alloc(4_000_000));
    await other.hub.things.put("filler-1", filler);
    writeFileSync(filler, Buffer.alloc(3_500_000));
    await other.hub.things.put("filler-2", filler);
    writeFileSync(join(node.runFolder(run), "a"), Buffer.alloc(2_000_000, "a"));
    await endTurn();
    expect(existsSync(join(host.folder, "a"))).toBe(false);
    expect(host.told()).toEqual([expect.stringContaining("no room")]);
    await other.hub.things.remove("filler-1");
    await endTurn();
    expect(host.read("a").length).toBe(2_000_000);
  });
});

/** Of what is in the store; a removal leaves a short note. */
async function usedBytes(fleet: Fleet): Promise<number> {
  await using other = await hubOf(fleet.server, "looker");
  return (await other.hub.health()).things.usedBytes;
}
