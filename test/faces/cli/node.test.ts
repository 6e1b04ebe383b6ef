import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { NodeAsked, NodeEnd, NodeEvent, RunningNode } from "../../../src/protocol/node.ts";
import { run, stand, type Stand } from "./test-world.ts";

const needed = ["node", "--hub", "nats://10.0.0.1:4222", "--pool", "builders", "--slots", "4"];

/** A command line whose node does what the test says, and what it was asked for. */
function scene(argv: string[], atWork = 0) {
  const over = Promise.withResolvers<NodeEnd>();
  const done: string[] = [];
  const asked: NodeAsked[] = [];
  const up = Promise.withResolvers<void>();
  let tell: (event: NodeEvent) => void = () => undefined;
  const node: RunningNode = {
    drain() {
      done.push("drain");
      if (atWork === 0) over.resolve({ proven: true, fault: undefined });
      return atWork;
    },
    end() {
      done.push("end");
      over.resolve({ proven: true, fault: undefined });
    },
    closed: over.promise,
  };
  const world: Stand = stand(argv, () => Promise.reject(new Error("no deck is opened")), {
    startNode(wish, hear) {
      asked.push(wish);
      tell = hear;
      up.resolve();
      return Promise.resolve(node);
    },
  });
  return { world, asked, done, up: up.promise, over, tell: (event: NodeEvent) => tell(event) };
}

/** The listener of the signals is there a turn after the node is. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe("cyberdeck node", () => {
  test.each([
    [["--slots", "4"], 1],
    [["--slots", "1"], 0],
    [["--slots", "1", "--warm", "2"], 2],
    [["--slots", "8", "--warm", "0"], 0],
  ])("keeps an agent ready where it has more than one slot, if nobody says otherwise: %j", async (flags, warm) => {
    const { world, asked, over } = scene([...needed, ...flags]);
    over.resolve({ proven: true, fault: undefined });
    await run(world);
    expect(asked[0]?.warm).toBe(warm);
  });

  test.each(["-1", "1.5", "some"])("does not keep %s agents ready", async (warm) => {
    const { world, asked } = scene([...needed, "--warm", warm]);
    expect((await run(world)).code).toBe(2);
    expect(asked).toEqual([]);
  });

  test.each(["--slots", "--warm"])("has at most a thousand with %s", async (flag) => {
    const many = scene([...needed, flag, "1001"]);
    many.over.resolve({ proven: true, fault: undefined });
    const { code, err } = await run(many.world);
    expect([code, many.asked]).toEqual([2, []]);
    expect(err).toContain(`${flag} cannot be "1001"`);
    expect(err).toContain("to 1,000");
    const most = scene([...needed, flag, "1000"]);
    most.over.resolve({ proven: true, fault: undefined });
    expect((await run(most.world)).code).toBe(0);
  });

  test("asks for a node as the flags say, with secrets as places and paths that are whole", async () => {
    const { world, asked, over } = scene([
      ...needed,
      "--hub",
      "nats://a:4222, nats://b:4222",
      "--fleet",
      "f",
      "--name",
      "n",
      "--label",
      "gpu",
      "--label",
      "big",
      "--label",
      "gpu",
      "--data",
      "/var/node",
      "--sandbox",
      "on",
      "--workspace",
      "shared",
      "--user",
      "u",
      "--password",
      "env:HUB",
      "--tls-ca",
      "/etc/ca.pem",
      "--offline",
      "--claude-bin",
      "claude-2",
    ]);
    over.resolve({ proven: true, fault: undefined });
    expect((await run(world)).code).toBe(0);
    expect(asked).toEqual([
      {
        hub: {
          urls: ["nats://a:4222", "nats://b:4222"],
          fleet: "f",
          user: "u",
          password: "env:HUB",
          tls: { ca: "/etc/ca.pem" },
        },
        name: "n",
        data: "/var/node",
        claudeBin: "claude-2",
        pool: "builders",
        labels: ["gpu", "big"],
        slots: 4,
        warm: 1,
        offline: true,
        sandbox: "on",
        workspace: "shared",
      },
    ]);
  });

  test("leaves to the machine what it is not told", async () => {
    const { world, asked, over } = scene(needed);
    over.resolve({ proven: true, fault: undefined });
    await run(world);
    expect(asked).toEqual([
      {
        hub: { urls: ["nats://10.0.0.1:4222"], fleet: "main" },
        pool: "builders",
        labels: [],
        slots: 4,
        warm: 1,
        offline: false,
        sandbox: "auto",
        workspace: "bundle",
      },
    ]);
  });

  test.each([
    [["node", "--pool", "p", "--slots", "1"], "--hub"],
    [["node", "--hub", "nats://h:1", "--slots", "1"], "--pool"],
    [["node", "--hub", "nats://h:1", "--pool", "p"], "--slots"],
    [[...needed, "--workspace", "nfs"], "--workspace"],
    [["node", "--hub", "nats://h:1", "--pool", "p", "--slots", "0"], "--slots cannot be"],
    [["node", "--hub", "nats://h:1", "--pool", "p", "--slots", "many"], "--slots cannot be"],
    [[...needed, "--sandbox", "maybe"], "--sandbox cannot be"],
    [[...needed, "--hub", " "], "--hub is empty"],
    [[...needed, "extra"], "too many arguments"],
  ])("%j is refused with exit code 2 and the next step", async (argv, text) => {
    const { world, asked } = scene(argv);
    const { code, out, err } = await run(world);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(text);
    expect(err).toContain("next: ");
    expect(asked).toEqual([]);
  });

  test("ends at once where nothing is at work", async () => {
    const { world, done, up } = scene(needed);
    const running = run(world);
    await up;
    await turn();
    world.raise("SIGTERM");
    const { code, err } = await running;
    expect([code, done]).toEqual([0, ["drain"]]);
    expect(err).toContain("nothing is at work: the node ends");
    expect(world.listening).toBe(0);
  });

  test("that is ended while it is being tried joins nothing, whether it comes up or not, and is told as cut short", async () => {
    for (const comesUp of [true, false]) {
      const { world, done } = scene(needed);
      const tried = Promise.withResolvers<void>();
      const start = world.startNode;
      world.startNode = async (...asked) => {
        await tried.promise;
        if (!comesUp) throw new Fault("setup", "node.no_login", "no login");
        return start(...asked);
      };
      const running = run(world);
      await turn();
      world.raise("SIGINT");
      tried.resolve();
      expect(await running).toMatchObject({ code: 130, err: "" });
      expect(done).toEqual(comesUp ? ["end"] : []);
      expect(world.listening).toBe(0);
    }
  });

  test("names each file of its login by its whole path, from the folder in which it was started", async () => {
    const files = ["--tls-ca", "ca.pem", "--tls-cert", "own/cert.pem", "--tls-key", "~/key.pem", "--data", "data"];
    const { world, asked, over } = scene([...needed, ...files]);
    over.resolve({ proven: true, fault: undefined });
    await run(world);
    const { cwd, homeDir } = world;
    expect(asked[0]).toMatchObject({
      hub: { tls: { ca: `${cwd}/ca.pem`, cert: `${cwd}/own/cert.pem`, key: `${homeDir}/key.pem` } },
      data: `${cwd}/data`,
    });
  });

  test("says how many are at work and how they are ended, waits for them, and ends them when it is asked again", async () => {
    const { world, done, up } = scene(needed, 3);
    const running = run(world);
    await up;
    await turn();
    world.raise("SIGINT");
    world.raise("SIGTERM");
    const { code, err } = await running;
    expect([code, done]).toEqual([130, ["drain", "end"]]);
    expect(err).toContain("3 agents at work");
    expect(err).toContain("Ctrl+C once more ends them now");
    expect(err).toContain("ending everything");
  });

  test("is no success where something could not be ended, or it could not go on", async () => {
    const unproven = scene(needed);
    unproven.over.resolve({ proven: false, fault: undefined });
    const first = await run(unproven.world);
    expect([first.code, first.err]).toEqual([1, expect.stringContaining("could be ended") as string]);
    const lost = scene(needed);
    lost.over.resolve({
      proven: true,
      fault: new Fault("refused", "hub.name_taken", "the name is gone", { hint: "Take another one." }),
    });
    const second = await run(lost.world);
    expect([second.code, second.err]).toEqual([1, expect.stringContaining("Take another one.") as string]);
  });

  test("writes what happens as one line each, without anything that a terminal acts on; as JSON on stdout, whole", async () => {
    const events: NodeEvent[] = [
      { type: "session.took", session: "cx-1", run: "run-1", folder: "/srv/\u001b[31mred\nfolder" },
      { type: "lease.over", boot: "b", why: "silence", sessions: 2, proven: false },
      { type: "left", processes: [{ pid: 7, command: "x" }], isGone: false, hint: "End them by hand." },
      { type: "session.refused", session: "cx-2", why: "no wall", isAgain: false },
    ];
    const write = async (flags: string[]) => {
      const { world, up, over, tell } = scene([...needed, ...flags]);
      const running = run(world);
      await up;
      for (const event of events) tell(event);
      over.resolve({ proven: true, fault: undefined });
      return running;
    };
    const { out, err } = await write([]);
    expect(out).toBe("");
    expect(err).not.toContain("\u001b");
    const lines = err.trimEnd().split("\n");
    expect(lines.length).toBe(events.length);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\S+ cx-1 of run-1: taken, in \/srv\/red folder$/);
    expect(lines[1]).toContain("no word of the host for too long: 2 agents ended, NOT PROVEN");
    expect(lines[2]).toContain("7 (x). Nothing new begins. End them by hand.");
    expect(lines[3]).toContain("cx-2: not taken: no wall");
    const json = await write(["--json"]);
    expect(json.err).toBe("");
    const told = json.out
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(told).toMatchObject(events);
  });
});
