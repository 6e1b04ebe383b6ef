import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { tellWhileEnding } from "../../../src/faces/cli/tell-while-ending.ts";
import type { HostStatus } from "../../../src/protocol/host.ts";
import type { ListedNode, NodesListing } from "../../../src/protocol/nodes.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { aStatus, scriptedDeck, type Script } from "./scripted-deck.ts";

const node: ListedNode = {
  node: "node-a\u001b[2J",
  boot: "b-1",
  pool: "gpu",
  labels: [],
  slots: 4,
  used: 1,
  warm: 0,
  free_mb: 2048,
  workspace: "bundle",
  draining: false,
  wall: true,
  versions: { cyberdeck: "9.8.7", agent: null },
  since: 0,
  lease_ms: 12_000,
  agents: ["cx-00000001"],
  why_not: null,
};
const fleet = (link: "up" | "down", ...nodes: ListedNode[]): NodesListing => ({ hub: { fleet: "lab", link }, nodes });
const atWork: HostStatus["runs"][number] = {
  run: "run-1",
  goal: "g",
  status: "running",
  at_work: 2,
  queued: 0,
  waiting: 0,
};

function ending(script: Script) {
  const clock = handClock();
  const told: string[] = [];
  const end = Promise.withResolvers<string>();
  const { port } = scriptedDeck(script);
  const ended = tellWhileEnding(end.promise, { port, clock, tell: (text) => told.push(text) });
  const pass = async (ms: number): Promise<void> => {
    clock.pass(ms);
    await new Promise(setImmediate);
  };
  return { told, pass, end, ended };
}

describe("who waits for a host that ends", () => {
  test("hears nothing of a quick end, and what is waited for now and then where it takes longer", async () => {
    const { told, pass, end, ended } = ending({ status: { ...aStatus, runs: [atWork] }, fleet: fleet("up", node) });
    await pass(2900);
    expect(told).toEqual([]);
    await pass(100);
    await pass(10_000);
    expect(told).toEqual(Array.from({ length: 2 }, () => "still ending: run-1 (2 constructs at work)"));
    end.resolve("over");
    expect(await ended).toBe("over");
    await pass(60_000);
    expect(told).toHaveLength(2);
  });

  test("hears of nodes that are not heard, and when they count as lost", async () => {
    const idle = { ...node, node: "idle", agents: [] };
    const cut = ending({ status: aStatus, fleet: fleet("down", node, idle) });
    await cut.pass(3000);
    expect(cut.told).toEqual([
      "still ending: its runs are closed, and it is looked at what is left; node-a is not heard: it ends 1 agent by itself, and counts as lost when its lease is over, in 12.0 s",
    ]);
    const gone = ending({ status: aStatus, fleet: fleet("up", { ...node, boot: "", lease_ms: null }) });
    await gone.pass(3000);
    expect(gone.told[0]).toMatch(/counts as lost when its lease is over$/);
  });

  test("goes on waiting where the host does not answer, and fails as the end does", async () => {
    const away = new Fault("usage", "deck.gone", "it is gone");
    const { told, pass, end, ended } = ending({ refuse: () => away });
    await pass(60_000);
    expect(told).toEqual([]);
    end.reject(away);
    await expect(ended).rejects.toBe(away);
  });
});
