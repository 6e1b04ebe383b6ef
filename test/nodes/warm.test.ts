import { describe, expect, onTestFinished, test } from "vitest";
import type { AgentSession, AgentWall, SessionOwner, SessionSpec } from "../../src/drivers/agent.ts";
import { warmAgents, type WarmParts } from "../../src/nodes/node/warm.ts";
import { freshMs, idleMs } from "../../src/nodes/node/warm-plan.ts";
import type { WorkPlace } from "../../src/nodes/node/worker.ts";
import { nodeWireVersion } from "../../src/nodes/wire/letters.ts";
import type { Opening } from "../../src/nodes/wire/opening.ts";
import type { NodeEvent } from "../../src/protocol/node.ts";
import { handClock } from "../kit/hand-clock.ts";
import { foundTo } from "./kit/finds.ts";
import { puppet } from "./kit/puppet.ts";

const opening = (session: string, more: Partial<Opening> = {}): Opening => ({
  wire: nodeWireVersion,
  session,
  epoch: 1,
  run: { id: "run-1", folder: "/host/runs/run-1" },
  cwd: "/work",
  caliber: { model: "sonnet", effort: "low" },
  fast: false,
  isSpare: false,
  resume: null,
  wall: false,
  space: null,
  ...more,
});

const owner: SessionOwner = { gate: () => Promise.resolve({ decision: "allow", rule: "test", reason: "" }) };

const wallOf = (name: string): AgentWall => ({
  agent: `/${name}/agent`,
  shell: `/${name}/shell`,
  unreadable: [],
  unwritable: [],
});

/** Spares of a node whose agents do what the test says. */
function scene(
  changes: Partial<WarmParts> = {},
  change: (session: AgentSession) => Partial<AgentSession> = () => ({}),
) {
  const clock = handClock();
  const events: NodeEvent[] = [];
  const spares: { spec: SessionSpec; agent: ReturnType<typeof puppet>; handed: SessionOwner[] }[] = [];
  const state = { size: 1, room: 4, over: new Set<string>(), wall: undefined as AgentWall | undefined, isStale: false };
  const users = { now: 0 };
  const placeOf = (): WorkPlace => {
    users.now += 1;
    return {
      cwd: "/work",
      wall: state.wall,
      find: () => Promise.resolve({ found: foundTo(), policy: null }),
      isStale: () => state.isStale,
      release: () => void (users.now -= 1),
    };
  };
  const warm = warmAgents({
    driver: {
      async open(spec) {
        const agent = puppet();
        const handed: SessionOwner[] = [];
        spares.push({ spec, agent, handed });
        const { session } = agent;
        return { ...session, handTo: (next) => void handed.push(next), ...change(session) };
      },
    },
    placeFor: async () => placeOf(),
    size: () => state.size,
    room: () => state.room,
    isOver: (run) => state.over.has(run),
    memory: () => undefined,
    clock,
    tell: (event) => void events.push(event),
    onChange: () => undefined,
    ...changes,
  });
  onTestFinished(async () => void (await warm.close()));
  /** Lets what is due be done, and what waits for that. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      clock.pass(Math.min(500, left));
      for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const take = (one: Opening) => {
    const place = placeOf();
    // That is the session's, and not what is looked at here.
    place.release();
    return warm.take(one, place, owner);
  };
  const begin = async (): Promise<void> => {
    expect(await take(opening("cx-1"))).toBeUndefined();
    await pass(2000);
    expect([warm.ready, spares.length, users.now]).toEqual([1, 1, 1]);
  };
  const told = (type: NodeEvent["type"]): NodeEvent[] => events.filter((event) => event.type === type);
  return { warm, spares, state, users, placeOf, take, begin, pass, told };
}

describe("a spare agent of a node", () => {
  test("is up after the first session of a place, and is the next one's, who gets another one behind it", async () => {
    const { warm, spares, take, begin, pass, told } = scene();
    await begin();
    const [first] = spares;
    expect(first?.spec).toMatchObject({ cwd: "/work", run: { id: "run-1" }, isSpare: true, role: { kind: "worker" } });
    // Nobody may do anything with it before it has an owner.
    const call = { id: "t", tool: "Bash", input: {} };
    expect(await first?.spec.gate(call)).toMatchObject({ decision: "deny" });
    const session = await take(opening("cx-2", { caliber: { model: "opus", effort: "high" }, fast: true }));
    expect(session?.pid).toBe(77);
    expect(first?.handed).toEqual([owner]);
    expect(first?.agent.told).toEqual(["answers", "aim opus true"]);
    expect(told("spare.taken")).toMatchObject([{ session: "cx-2" }]);
    expect(warm.ready).toBe(0);
    await pass(2000);
    expect(warm.ready).toBe(1);
    // For the caliber that was wanted last.
    expect(spares[1]?.spec.caliber).toEqual({ model: "opus", effort: "high" });
    expect(first?.agent.told).not.toContain("stop hard");
  });

  test.each([
    ["in another folder", { cwd: "/elsewhere" }],
    ["of another run", { run: { id: "run-2", folder: "/host/runs/run-2" } }],
    ["that goes on in a session", { resume: "abc" }],
    ["that is a spare itself", { isSpare: true }],
  ])("is not for a session %s", async (_, more) => {
    const { warm, spares, take, begin } = scene();
    await begin();
    expect(await take(opening("cx-2", more))).toBeUndefined();
    expect([warm.ready, spares[0]?.handed]).toEqual([1, []]);
  });

  test("is not kept for sessions in copies of their workspace, of which each is one session's alone", async () => {
    const { warm, spares, pass, users, placeOf } = scene();
    const copy = { bring: () => Promise.reject(new Error("nobody asks")), leave: () => undefined };
    for (const id of ["cx-1", "cx-2"])
      expect(await warm.take(opening(id), { ...placeOf(), copy }, owner)).toBeUndefined();
    await pass(5000);
    // Theirs, and none that was made ready besides.
    expect([spares.length, users.now]).toEqual([0, 2]);
  });

  test("is not for a session behind another wall, and ends when what comes next would be behind one", async () => {
    const { warm, state, spares, take, begin, pass, users } = scene();
    state.wall = wallOf("one");
    await begin();
    state.wall = wallOf("two");
    state.isStale = true;
    expect(await take(opening("cx-2"))).toBeUndefined();
    await pass(500);
    expect(spares[0]?.agent.told).toContain("stop hard");
    expect(spares[0]?.handed).toEqual([]);
    state.isStale = false;
    await pass(2000);
    expect(spares.at(-1)?.spec.wall).toEqual(wallOf("two"));
    expect(warm.ready).toBe(1);
    expect(users.now).toBe(1);
  });

  test("that does not take the model is ended, and the session is opened as ever", async () => {
    const { spares, take, begin, told } = scene({}, () => ({ aim: () => Promise.reject(new Error("no such model")) }));
    await begin();
    expect(await take(opening("cx-2"))).toBeUndefined();
    expect(spares[0]?.agent.told).toContain("stop hard");
    expect(told("spare.ended")).toMatchObject([{ why: "aim", detail: "no such model" }]);
  });

  test("that dies is replaced, later each time", async () => {
    const { warm, spares, begin, pass } = scene();
    await begin();
    await spares[0]?.agent.session.stop("hard");
    await pass(1500);
    expect([spares.length, warm.ready]).toEqual([2, 1]);
    for (let deaths = 1; deaths < 5; deaths += 1) {
      await spares.at(-1)?.agent.session.stop("hard");
      await pass(1500);
    }
    // Three of these five pauses are longer than the test has waited for.
    expect(spares.length).toBeLessThan(5);
    await pass(60_000);
    expect(warm.ready).toBe(1);
  });

  test.each([
    ["its run is over", (own: ReturnType<typeof scene>) => void own.state.over.add("run-1")],
    ["the node drains", (own: ReturnType<typeof scene>) => void (own.state.size = 0)],
  ])("ends when %s, and lets go of its place", async (_, happens) => {
    const own = scene();
    await own.begin();
    happens(own);
    own.warm.keepUp();
    await own.pass(500);
    expect(own.spares[0]?.agent.told).toContain("stop hard");
    expect([own.warm.ready, own.users.now]).toEqual([0, 0]);
    await own.pass(5000);
    expect(own.spares.length).toBe(1);
  });

  test("ends when nobody comes, and does not end that of a place that is at work as well", async () => {
    const { warm, spares, take, begin, pass, users } = scene();
    await begin();
    await take(opening("cx-2", { cwd: "/elsewhere" }));
    await pass(2000);
    expect(spares.map(({ agent }) => agent.told.includes("stop hard"))).toEqual([false]);
    // The wish of the other one is younger.
    await pass(freshMs);
    expect(spares.map(({ agent }) => agent.told.includes("stop hard"))).toEqual([true, false]);
    await pass(idleMs);
    expect(warm.ready).toBe(0);
    expect([spares.length, users.now]).toEqual([2, 0]);
  });

  test("does not come up where no session could take it", async () => {
    const { spares, state, take, pass, warm } = scene();
    state.room = 0;
    await take(opening("cx-1"));
    await pass(5000);
    expect(spares).toEqual([]);
    state.room = 1;
    warm.keepUp();
    await pass(1000);
    expect(warm.ready).toBe(1);
  });

  test("ends with the life of the node, with proof; what cannot be proven is told", async () => {
    const fine = scene();
    await fine.begin();
    expect(await fine.warm.close()).toEqual({ proven: true });
    expect([fine.spares[0]?.agent.told.includes("stop hard"), fine.users.now]).toEqual([true, 0]);
    expect(await fine.take(opening("cx-2"))).toBeUndefined();
    await fine.pass(5000);
    expect(fine.spares.length).toBe(1);
    const bad = scene({}, () => ({ stop: () => Promise.resolve({ proven: false, survivors: [4711] }) }));
    await bad.begin();
    expect(await bad.warm.close()).toEqual({ proven: false });
    expect(bad.told("trouble")).toMatchObject([{ code: "stop.unproven", message: expect.stringContaining("4711") }]);
  });

  test("that is still on its way when the life ends does not stay", async () => {
    const late = Promise.withResolvers<void>();
    const { warm, spares, take, pass } = scene();
    const slow = scene({ placeFor: () => late.promise.then(() => Promise.reject(new Error("the lease is over"))) });
    await slow.take(opening("cx-1"));
    await slow.pass(2000);
    const closing = slow.warm.close();
    late.resolve();
    expect(await closing).toEqual({ proven: true });
    expect(slow.spares).toEqual([]);
    await take(opening("cx-1"));
    await pass(500);
    expect(await warm.close()).toEqual({ proven: true });
    await pass(5000);
    expect(spares).toEqual([]);
  });
});
