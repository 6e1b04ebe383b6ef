import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { AgentDriver, SessionSpec } from "../../src/drivers/agent.ts";
import { conversations, type Conversations } from "../../src/nodes/node/conversations.ts";
import { openOutbox, type Outbox } from "../../src/nodes/node/outbox.ts";
import { workerOf, type WorkerParts } from "../../src/nodes/node/worker.ts";
import { nodeWireVersion, type Address, type FromNode } from "../../src/nodes/wire/letters.ts";
import type { Opening } from "../../src/nodes/wire/opening.ts";
import { eventually } from "../kit/deck.ts";
import { foundTo, inForce } from "./kit/finds.ts";
import { puppet } from "./kit/puppet.ts";

let folder = "";
let outbox: Outbox;
let talks: Conversations | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deck-worker-"));
  outbox = openOutbox(join(folder, "outbox.db"));
});
afterEach(() => {
  talks?.close();
  outbox.close();
  rmSync(folder, { recursive: true });
});

const openingFor = (session: string, epoch = 1): Opening => ({
  wire: nodeWireVersion,
  session,
  epoch,
  run: { id: "run-1", folder: "/work/.cyberdeck/runs/run-1" },
  cwd: "/work",
  space: null,
  caliber: { model: "sonnet", effort: "low" },
  fast: false,
  isSpare: false,
  resume: null,
  wall: false,
});

/** A worker whose agents are puppets, and what it did. */
function working(changes: Partial<WorkerParts> = {}) {
  const specs: SessionSpec[] = [];
  const agents: ReturnType<typeof puppet>[] = [];
  const claims: Address[] = [];
  const sent: FromNode[] = [];
  const released: string[] = [];
  const over = new AbortController();
  const open: AgentDriver["open"] = (spec) => {
    specs.push(spec);
    const agent = puppet();
    agents.push(agent);
    return agent.open(spec);
  };
  talks = conversations({ outbox, send: (letter) => sent.push(letter), warn: () => undefined });
  const worker = workerOf({
    life: { boot: "one-1", over: over.signal, mayAct: () => !over.signal.aborted },
    driver: { open },
    talks,
    placeFor: ({ cwd, session }) =>
      Promise.resolve({
        cwd,
        wall: undefined,
        find: () => Promise.resolve({ found: foundTo(), policy: inForce }),
        release: () => void released.push(session),
      }),
    claim: async (to) => {
      claims.push(to);
      return { isGranted: true };
    },
    slots: () => 2,
    ...changes,
  });
  const said = () => sent.flatMap((letter) => ("saying" in letter ? [letter.saying] : []));
  return { worker, specs, agents, claims, said, released, over };
}

describe("a node's worker", () => {
  test("opens what the host lets it open, with its own driver, and is free again when that is over", async () => {
    const { worker, specs, agents, claims, said, released } = working();
    const taken = await worker.take(openingFor("cx-1"));
    expect(taken.isTaken).toBe(true);
    expect(claims).toEqual([{ session: "cx-1", epoch: 1, boot: "one-1" }]);
    await eventually(() => said().some(({ type }) => type === "opened"), "it has told so");
    expect(specs).toMatchObject([{ id: "cx-1", cwd: "/work", role: { kind: "worker" } }]);
    expect(worker.used).toBe(1);
    await agents[0]?.session.stop("hard");
    if (taken.isTaken) await taken.closed;
    await eventually(() => worker.used === 0 && released.includes("cx-1"), "its slot and its place are free");
  });

  test("opens an opening that it is given twice once, also at the same time", async () => {
    const { worker, specs, claims } = working();
    const [one, other] = await Promise.all([worker.take(openingFor("cx-1")), worker.take(openingFor("cx-1"))]);
    const third = await worker.take(openingFor("cx-1"));
    expect([one.isTaken, other.isTaken, third.isTaken]).toEqual([true, true, true]);
    expect([specs.length, claims.length, worker.used]).toEqual([1, 1, 1]);
  });

  test("opens nothing that the host refuses, does not answer for, or for which it has no room or no lease", async () => {
    const refused = working({ claim: async () => ({ isGranted: false, why: "another node has it" }) });
    expect(await refused.worker.take(openingFor("cx-1"))).toEqual({
      isTaken: false,
      why: "another node has it",
      again: false,
    });
    const mute = working({ claim: () => Promise.reject(new Error("timeout")) });
    expect(await mute.worker.take(openingFor("cx-1"))).toMatchObject({ isTaken: false, again: true });
    const full = working({ slots: () => 1 });
    await full.worker.take(openingFor("cx-1"));
    expect(await full.worker.take(openingFor("cx-2"))).toEqual({
      isTaken: false,
      why: "all slots are taken",
      again: true,
    });
    const lost = working();
    lost.over.abort();
    expect(await lost.worker.take(openingFor("cx-1"))).toMatchObject({ isTaken: false, again: true });
    expect([refused, mute, lost].flatMap(({ specs }) => specs)).toEqual([]);
    expect([refused, mute, lost].map(({ worker }) => worker.used)).toEqual([0, 0, 0]);
  });

  test("claims again where the answer is lost, and keeps its slot for that meanwhile", async () => {
    const lost = Promise.withResolvers<never>();
    let claims = 0;
    const { worker, specs } = working({
      slots: () => 1,
      async claim() {
        claims += 1;
        if (claims === 1) return lost.promise;
        if (claims === 2) throw new Error("timeout");
        return { isGranted: true };
      },
    });
    const taking = worker.take(openingFor("cx-1"));
    lost.reject(new Error("timeout"));
    expect(await worker.take(openingFor("cx-2"))).toMatchObject({ isTaken: false, why: "all slots are taken" });
    expect((await taking).isTaken).toBe(true);
    expect(claims).toBe(3);
    expect(specs.map(({ id }) => id)).toEqual(["cx-1"]);
  });

  test("opens nothing when its lease has run out while the host was asked", async () => {
    const asked = Promise.withResolvers<{ isGranted: true }>();
    const { worker, specs, over } = working({ claim: () => asked.promise });
    const taking = worker.take(openingFor("cx-1"));
    over.abort();
    asked.resolve({ isGranted: true });
    expect(await taking).toMatchObject({ isTaken: false, again: true });
    expect(specs).toEqual([]);
  });

  test("ends an older agent of a session before it opens it again, and takes no older opening of it", async () => {
    const { worker, agents, specs } = working();
    await worker.take(openingFor("cx-1", 1));
    await eventually(() => specs.length === 1, "the older one is open");
    expect((await worker.take(openingFor("cx-1", 2))).isTaken).toBe(true);
    expect(agents[0]?.told).toContain("stop hard");
    await eventually(() => specs.length === 2, "the newer one is open");
    expect(await worker.take(openingFor("cx-1", 1))).toMatchObject({ isTaken: false, again: false });
    await eventually(() => worker.used === 1, "the older one has not freed the newer one's slot");
    expect(agents[1]?.told).toEqual([]);
  });

  test("keeps the copy of a session that has ended for its host, and lets go of it when that has given it up", async () => {
    const [left, released]: [boolean[], string[]] = [[], []];
    const { worker, agents, over } = working({
      placeFor: ({ cwd }) =>
        Promise.resolve({
          cwd,
          wall: undefined,
          find: () => Promise.resolve({ found: foundTo(), policy: inForce }),
          copy: { bring: () => Promise.reject(new Error("nobody asks")), leave: (mayGo) => void left.push(mayGo) },
          release: () => void released.push(cwd),
        }),
    });
    await worker.take(openingFor("cx-1"));
    await eventually(() => agents.length === 1, "it is open");
    await agents[0]?.session.stop("hard");
    await eventually(() => released.length === 1, "nothing is at work there any more");
    expect([worker.copies, left]).toEqual([1, []]);
    over.abort();
    expect([worker.copies, left]).toEqual([0, [false]]);
  });

  test.each<[string, object, RegExp]>([
    ["is newer than the node", { wire: 99 }, /version 99/],
    ["wants more than there is", { servers: [] }, /not one that this node knows/],
  ])("tells the host of an opening that %s, as of a session that could not be opened", async (_, change, why) => {
    const { worker, specs, said } = working();
    expect((await worker.take({ ...openingFor("cx-1"), ...change })).isTaken).toBe(true);
    await eventually(() => said().find(({ type }) => type === "not_opened"), "it has told so");
    expect(said()[0]).toEqual({ type: "not_opened", reason: expect.stringMatching(why), code: "node.refused" });
    expect(specs).toEqual([]);
    await eventually(() => worker.used === 0, "it has its slot again");
  });

  test("tells of a place that cannot be had, and of a wall that it does not have", async () => {
    const placeless = working({
      placeFor: () => Promise.reject(new Fault("refused", "node.no_folder", "there is no folder /work")),
    });
    await placeless.worker.take(openingFor("cx-1"));
    await eventually(() => placeless.said().length > 0, "it has told so");
    expect(placeless.said()).toEqual([
      { type: "not_opened", reason: "there is no folder /work", code: "node.no_folder" },
    ]);
    const open = working();
    await open.worker.take({ ...openingFor("cx-2"), wall: true });
    await eventually(() => open.said().length > 0, "it has told so");
    expect(open.said()).toEqual([
      { type: "not_opened", reason: expect.stringContaining("this node has none"), code: "node.refused" },
    ]);
    const broken = working({ placeFor: () => Promise.reject(new Error("it broke")) });
    await broken.worker.take(openingFor("cx-3"));
    await eventually(() => broken.said().length > 0, "it has told so");
    // That would be no better elsewhere.
    expect(broken.said()).toEqual([{ type: "not_opened", reason: "it broke", code: null }]);
    expect([...placeless.specs, ...open.specs]).toEqual([]);
    expect(open.released).toEqual(["cx-2"]);
  });

  test.each([[null], ["{}"], [{ session: "cx-1" }]])("asks nobody about what is no opening at all: %j", async (raw) => {
    const { worker, claims } = working();
    expect(await worker.take(raw)).toMatchObject({ isTaken: false, again: false });
    expect(claims).toEqual([]);
  });
});
