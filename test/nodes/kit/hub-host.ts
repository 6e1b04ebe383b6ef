import { randomUUID } from "node:crypto";
import { hubBounds } from "../../../src/nodes/hub/bounds.ts";
import type { Hub, RegistryChange } from "../../../src/nodes/hub/hub.ts";
import { hostLines } from "../../../src/nodes/host/lines.ts";
import { remoteDriver, type RemoteDriver } from "../../../src/nodes/host/remote-driver.ts";
import { fleetLease, hostLeases, type LeaseTimes } from "../../../src/nodes/lease.ts";
import { fromNodeSchema, type Address } from "../../../src/nodes/wire/letters.ts";
import { nodeStateSchema, type KnownNode, type NodeTells } from "../../../src/nodes/wire/node-state.ts";
import {
  asked,
  claimSchema,
  policyAskedSchema,
  renewSchema,
  runFilesAskedSchema,
} from "../../../src/nodes/wire/questions.ts";
import { policyVersion } from "../../../src/nodes/wire/policy.ts";
import { hubOf } from "./hub.ts";
import type { NatsServer } from "./nats.ts";
import { nothingHere } from "./puppet.ts";

/** A host of a test: it opens sessions on one node over a real server, and remembers what nodes have told it. */
export interface HubHost extends AsyncDisposable {
  hub: Hub;
  /** By name, what is known of the nodes that are there. */
  nodes: Map<string, KnownNode>;
  /** Lives that have a lease, in the order of their first one. */
  leased: string[];
  /** Lives that were given up. */
  givenUp: string[];
  /** Conversations of which letters came that are no longer, or never were. */
  strangers: Address[];
  /** Another life of this host: it refuses the nodes' lives that began before. */
  beginAnew(): void;
  /** From now on all renewals are refused, or not. */
  refuse: boolean;
  driver: RemoteDriver;
}

export interface HubHostOptions {
  /** The node to which all openings go. */
  node: string;
  times?: LeaseTimes;
  patienceMs?: number;
}

/** The runs that are open in each of these hosts. */
export const testRuns = ["run-20260101-000000-aaaa", "run-20260101-000000-bbbb"];

export async function openHubHost(server: NatsServer, options: HubHostOptions): Promise<HubHost> {
  const { times = fleetLease, node, patienceMs = 30_000 } = options;
  // What lies on the server must have the bounds that the nodes have.
  const test = await hubOf(server, "host", { bounds: hubBounds });
  const { hub } = test;
  const names = new Map<string, string>();
  const nodes = new Map<string, KnownNode>();
  const leased: string[] = [];
  const givenUp: string[] = [];
  const strangers: Address[] = [];
  const leases = hostLeases(times);
  const now = (): number => performance.now();
  const runs = Object.fromEntries(testRuns.map((run) => [run, { tier: "default" as const, isAirgapped: false }]));
  const policy = { file: null, runs };
  let life = randomUUID();

  const lines = hostLines({
    send: (letter) => void hub.letters.send(names.get(letter.to.boot) ?? node, letter),
    kept: () => Promise.resolve(),
    onStranger: (to) => strangers.push(to),
    again: { firstMs: 200, mostMs: 2000, most: 32 },
  });
  const expire = setInterval(() => {
    for (const boot of leases.expire(now())) {
      givenUp.push(boot);
      lines.giveUp(boot, `${boot} has not been heard`);
    }
  }, 50);
  const driver = remoteDriver({
    here: nothingHere,
    goesOut: () => true,
    link: {
      offer: async (opening) => {
        policy.runs[opening.run.id] ??= { tier: "default", isAirgapped: false };
        await hub.jobs.offer(`n_${node}`, { id: `${opening.session}-${opening.epoch}`, body: opening });
      },
      withdraw: async (opening) => {
        await hub.jobs.withdraw(`n_${node}`, `${opening.session}-${opening.epoch}`).catch(() => false);
      },
    },
    lines,
    isCounted: (boot) => leased.includes(boot) && !givenUp.includes(boot),
    firstEpoch: Date.now(),
    policy: () => policyVersion(policy),
    patienceMs,
  });
  const host: HubHost = {
    hub,
    nodes,
    leased,
    givenUp,
    strangers,
    beginAnew: () => {
      life = randomUUID();
    },
    refuse: false,
    driver,
    async [Symbol.asyncDispose]() {
      clearInterval(expire);
      lines.close();
      await test[Symbol.asyncDispose]();
    },
  };
  const heard = (change: RegistryChange<NodeTells>): void => {
    if (change.type === "went") nodes.delete(change.name);
    else nodes.set(change.name, { ...change.state, name: change.name, boot: change.boot });
  };
  await hub.registry(nodeStateSchema).watch(heard);
  hub.letters.listen(fromNodeSchema, (letter) => lines.take(letter));
  hub.asking.answer(asked.renew, renewSchema, ({ boot, host: known }, { from }) => {
    const answer = { host: life, policy: policyVersion(policy) };
    if (host.refuse) return { ...answer, isGranted: false, why: "the test refuses it" };
    if (known !== null && known !== life) return { ...answer, isGranted: false, why: "another life of the host" };
    names.set(boot, from);
    const isGranted = leases.renew(boot, now());
    if (isGranted && !leased.includes(boot)) leased.push(boot);
    return { ...answer, isGranted };
  });
  hub.asking.answer(asked.claim, claimSchema, ({ to }, { from }) => driver.claim(to, from));
  // Files of runs are for other tests.
  hub.asking.answer(asked.runFiles, runFilesAskedSchema, () => ({ pack: null, files: [] }));
  hub.asking.answer(asked.policy, policyAskedSchema, () => ({ ...policy, version: policyVersion(policy) }));
  return host;
}
