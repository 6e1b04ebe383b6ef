import type { AgentDriver } from "../drivers/agent.ts";
import type { DeckNodes } from "../host/deck-nodes.ts";
import type { DeckParts } from "../host/deck-parts.ts";
import { openNodesDesk } from "../nodes/host/desk.ts";
import type { Sharing } from "../nodes/host/places.ts";
import type { HubAccess } from "../nodes/hub/settings.ts";
import type { NodePolicy } from "../nodes/wire/policy.ts";
import { policyDesk, type PolicyDeskParts } from "../nodes/host/policy-desk.ts";
import { readMemory } from "../process/memory.ts";
import type { NodesListing } from "../protocol/nodes.ts";
import type { PoolLine } from "../protocol/place.ts";
import type { RunSettings } from "../protocol/settings.ts";
import type { RunView } from "../protocol/view.ts";

/** A deck's nodes, and the driver that opens sessions on them. */
export interface OpenFleet {
  driver: AgentDriver;
  nodes: DeckNodes;
  places: NonNullable<DeckParts["places"]>;
}

export interface DeckNodesParts {
  access: HubAccess;
  epochFile: string;
  /** The deck's home and a folder in it, PATH, and the home of the netrunner: how a workspace travels. */
  travel: { deckHome: string; folder: string; path: string; home: string };
  policy: Omit<PolicyDeskParts, "runs">;
  here: AgentDriver;
}

/** Puts the desk of a fleet behind the doors that a deck has for it. */
export async function deckNodes({ access, epochFile, travel, policy, here }: DeckNodesParts): Promise<OpenFleet> {
  const desk = await openNodesDesk({ access, epochFile, travel, freeMb });
  return {
    driver: desk.driver(here),
    places: ({ settings, isWalled }) => ({
      ...desk.places(
        () => sharingOf(settings),
        () => isWalled,
      ),
      list: () => poolsOf(desk.list()),
    }),
    nodes: {
      hub: { urls: access.urls, fleet: access.fleet },
      serve({ note, kept, runs, heldUp }) {
        const policies = policyDesk({ ...policy, runs: () => boundsOf(runs()) });
        return desk.serve({
          note,
          kept,
          heldUp,
          policy: () => policies.current(),
          sharing: (run) => sharingOf(runs().find((view) => view.run === run)?.settings),
        });
      },
      list: () => desk.list(),
      drain: async (node, draining) => ({ node, ...(await desk.drain(node, draining)) }),
      farewell: () => desk.farewell(),
      close: () => desk.close(),
    },
  };
}

/** Where the system does not tell, memory is no bound. */
function freeMb(): number {
  const memory = readMemory();
  return memory === undefined ? Number.MAX_SAFE_INTEGER : Math.floor(memory.free / 1_048_576);
}

/** A run that is not open any more opens nothing. */
const sharingOf = (settings: RunSettings | undefined): Sharing => ({
  strategy: settings?.placement ?? "spread",
  hereSlots: settings?.here_slots ?? settings?.max_concurrent ?? 0,
});

/** What can be asked of the nodes that are there. */
function poolsOf({ nodes }: NodesListing): PoolLine[] {
  const there = nodes.filter(({ boot }) => boot !== "");
  return [...new Set(there.map(({ pool }) => pool))].map((name) => ({
    name,
    labels: [...new Set(there.flatMap(({ pool, labels }) => (pool === name ? labels : [])))],
  }));
}

/** What each run is bound to besides the policy file. */
const boundsOf = (views: readonly RunView[]): NodePolicy["runs"] =>
  Object.fromEntries(views.map(({ run, settings }) => [run, { tier: settings.brake, isAirgapped: settings.airgap }]));
