import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentDriver } from "../../../src/drivers/agent.ts";
import { openNodesDesk } from "../../../src/nodes/host/desk.ts";
import type { DeskWorld, NodesDesk, NodesDeskParts } from "../../../src/nodes/host/desk-parts.ts";
import { leaseTimes } from "../../../src/nodes/lease.ts";
import { policyVersion, type NodePolicy } from "../../../src/nodes/wire/policy.ts";
import type { EventBody, EventType } from "../../../src/protocol/event.ts";
import { startHubNode, type HubNode, type HubNodeOptions } from "./hub-node.ts";
import { quick, until } from "./hub.ts";
import { startNats, type NatsServer } from "./nats.ts";

/** Something that a desk has told. */
export interface Told {
  type: EventType;
  body: object;
}

/** A NATS server, a host's desk on it, and nodes: all in this process, but for the server. */
export interface Fleet extends AsyncDisposable {
  readonly server: NatsServer;
  readonly folder: string;
  /** Opens the desk of the next life of the host, and makes it the one that serves. */
  desk(changes?: Partial<NodesDeskParts>, world?: Partial<DeskWorld>): Promise<NodesDesk>;
  /** Starts a node; where a desk serves already, resolves once that counts on it. */
  node(name: string, driver: AgentDriver, changes?: Partial<HubNodeOptions>): Promise<HubNode>;
  readonly told: Told[];
  toldOf<T extends EventType>(type: T): EventBody<T>[];
}

/** A lease of six seconds, of which two are for ending. */
const lease = leaseTimes(6000, 0.05, 2000);

export async function openFleet(): Promise<Fleet> {
  const server = await startNats();
  const folder = mkdtempSync(join(tmpdir(), "fleet-test-"));
  const told: Told[] = [];
  const nodes: HubNode[] = [];
  const desks: NodesDesk[] = [];
  const runs: NodePolicy["runs"] = {};
  return {
    server,
    folder,
    told,
    async desk(changes = {}, world = {}) {
      const desk = await openNodesDesk({
        access: { urls: [server.url], fleet: "test", login: { by: "nothing" }, tls: undefined },
        epochFile: join(folder, "epoch.json"),
        travel: {
          deckHome: join(folder, "workspace/.cyberdeck"),
          folder: join(folder, "hub-spaces"),
          path: process.env["PATH"] ?? "",
          home: join(folder, "home"),
        },
        freeMb: () => 8000,
        lease,
        bounds: quick,
        returnMs: 1000,
        ...changes,
      });
      desks.push(desk);
      await desk.serve({
        note: (type, body) => told.push({ type, body }) > 0,
        kept: () => Promise.resolve(),
        heldUp: () => undefined,
        policy: () => ({ version: policyVersion({ file: null, runs }), file: null, runs }),
        sharing(run) {
          // A run of which something is to be placed is open.
          runs[run] ??= { tier: "default", isAirgapped: false };
          return { strategy: "here_first", hereSlots: 0 };
        },
        ...world,
      });
      return desk;
    },
    async node(name, driver, changes = {}) {
      const node = await startHubNode({ name, driver, url: server.url, lease, folder, ...changes });
      nodes.push(node);
      const desk = desks.at(-1);
      const takesWork = (): boolean =>
        desk?.list().nodes.some((listed) => listed.node === name && listed.why_not === null) ?? true;
      await until(takesWork, () => desk?.list());
      return node;
    },
    // The type was looked at: the body is that of it.
    toldOf: <T extends EventType>(wanted: T) =>
      told.filter(({ type }) => type === wanted).map(({ body }) => body as EventBody<T>),
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node.leave()));
      await Promise.all(desks.map((desk) => desk.close()));
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
