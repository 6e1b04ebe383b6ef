import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentDriver } from "../../../src/drivers/agent.ts";
import { leaseTimes } from "../../../src/nodes/lease.ts";
import { startNode, type NodeParts } from "../../../src/nodes/node/node.ts";
import type { NodeEnd, NodeEvent } from "../../../src/protocol/node.ts";
import type { Fleet } from "./fleet.ts";
import { quick, until } from "./hub.ts";

/** A node as the command starts it, in this process and with another driver. */
export interface WholeNode extends AsyncDisposable {
  readonly data: string;
  readonly events: NodeEvent[];
  of<T extends NodeEvent["type"]>(type: T): (NodeEvent & { type: T })[];
  /** Waits for so many events of a kind, and gives the last one. */
  told<T extends NodeEvent["type"]>(type: T, times?: number): Promise<NodeEvent & { type: T }>;
  /** Where this node has the folder of a run. */
  runFolder(run: string): string;
  drain(): number;
  end(): Promise<NodeEnd>;
}

export interface WholeNodeOptions {
  driver: Pick<AgentDriver, "open">;
  /** The way to the server; the default is the straight one. */
  url?: string;
  asked?: Partial<NodeParts["asked"]>;
  parts?: Partial<NodeParts>;
}

export async function startWholeNode(
  { server, folder }: Pick<Fleet, "server" | "folder">,
  name: string,
  { driver, url = server.url, asked, parts }: WholeNodeOptions,
): Promise<WholeNode> {
  const data = join(folder, `data-${name}`);
  const agentHome = join(folder, `home-${name}`);
  for (const path of [data, agentHome]) mkdirSync(path, { recursive: true });
  const events: NodeEvent[] = [];
  const node = await startNode({
    asked: { name, data, pool: "big", labels: [], slots: 4, warm: 0, sandbox: "off", workspace: "shared", ...asked },
    access: { urls: [url], fleet: "test", login: { by: "nothing" }, tls: undefined },
    driver,
    // Nothing bears it.
    mark: { name: "CYBERDECK_DECK", value: data },
    agentHome,
    agentState: join(agentHome, ".claude"),
    path: process.env["PATH"] ?? "",
    keptProcesses: () => [],
    versions: { cyberdeck: "0.0.0-test", agent: null },
    hasWall: false,
    tell: (event) => void events.push(event),
    bounds: quick,
    // Longer than any test; the host tells the one that counts.
    times: leaseTimes(60_000, 0.05, 20_000),
    ...parts,
  });
  const some = <T extends NodeEvent["type"]>(type: T): (NodeEvent & { type: T })[] =>
    // The type was looked at.
    events.filter((event) => event.type === type) as (NodeEvent & { type: T })[];
  const end = (): Promise<NodeEnd> => {
    node.end();
    return node.closed;
  };
  return {
    data,
    events,
    of: some,
    async told(type, times = 1) {
      await until(
        () => some(type).length >= times,
        () => ({ type, events }),
      );
      const event = some(type)[times - 1];
      if (event === undefined) throw new Error("it was there a moment ago");
      return event;
    },
    runFolder: (run) => join(data, "runs", run),
    drain: () => node.drain(),
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
