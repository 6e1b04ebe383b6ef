import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentDriver } from "../../../src/drivers/agent.ts";
import { leaseTimes } from "../../../src/nodes/lease.ts";
import { startNode, type NodeParts } from "../../../src/nodes/node/node.ts";
import type { NodeEvent, RunningNode } from "../../../src/protocol/node.ts";
import { quick } from "./hub.ts";

/** A node as the command starts it, in this process and with the agents of a test; its folder is its own. */
export interface RealNode extends AsyncDisposable {
  readonly data: string;
  readonly running: RunningNode;
  readonly told: NodeEvent[];
  /** Where this node has the folder of a run. */
  runFolder(run: string): string;
}

export async function startRealNode(
  folder: string,
  name: string,
  { url, driver, ...more }: { url: string; driver: Pick<AgentDriver, "open"> } & Partial<NodeParts>,
): Promise<RealNode> {
  const data = join(folder, `data-${name}`);
  const agentHome = join(folder, `agents-of-${name}`);
  for (const path of [data, agentHome]) mkdirSync(path, { recursive: true });
  const told: NodeEvent[] = [];
  const running = await startNode({
    asked: { name, data, pool: "big", labels: [], slots: 4, sandbox: "off", workspace: "shared", warm: 0 },
    access: { urls: [url], fleet: "test", login: { by: "nothing" }, tls: undefined },
    driver,
    mark: { name: "CYBERDECK_TEST", value: randomBytes(8).toString("hex") },
    agentHome,
    agentState: join(agentHome, ".claude"),
    path: process.env["PATH"] ?? "",
    keptProcesses: () => [],
    versions: { cyberdeck: "0.0.0-test", agent: null },
    hasWall: false,
    tell: (event) => void told.push(event),
    bounds: quick,
    times: leaseTimes(6000, 0.05, 2000),
    ...more,
  });
  return {
    data,
    running,
    told,
    runFolder: (run) => join(data, "runs", run),
    async [Symbol.asyncDispose]() {
      running.end();
      await running.closed;
    },
  };
}
