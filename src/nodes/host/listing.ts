import type { ListedNode, NodesListing } from "../../protocol/nodes.ts";
import type { Hub } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import type { KnownNode } from "../wire/node-state.ts";
import type { Lives } from "./lives.ts";
import type { Places } from "./places.ts";
import type { Roster } from "./roster.ts";

export interface ListingParts {
  hub: Pick<Hub, "fleet" | "link" | "signal">;
  roster: Roster;
  places: Pick<Places, "on">;
  lives: Pick<Lives, "leftMs">;
  /** The lives of nodes that are counted on, and whose they are. */
  counted: ReadonlyMap<string, Party>;
  hasLease: (node: Party) => boolean;
  whyNot: (node: KnownNode) => string | undefined;
}

/** The fleet as the host sees it now: who is in the list, and who is not heard any more and still counted on. */
export function fleetListing({
  hub: { fleet, link, signal },
  roster,
  places,
  lives,
  counted,
  hasLease,
  whyNot,
}: ListingParts): NodesListing {
  const heard = roster.nodes.map((node) =>
    listed(node, {
      leaseMs: hasLease(node.name) ? lives.leftMs(node.boot) : undefined,
      agents: places.on(node.name),
      whyNot: whyNot(node),
    }),
  );
  const silent = [...counted]
    .filter(([, node]) => roster.find(node) === undefined)
    .map(([boot, node]) => unheard(node, { leaseMs: lives.leftMs(boot), agents: places.on(node) }));
  return { hub: { fleet, link: signal.aborted ? "left" : link }, nodes: [...heard, ...silent] };
}

/** One that is not in the list any more, and is counted on until its lease is over. */
const unheard = (name: string, { leaseMs, agents }: { leaseMs: number | undefined; agents: string[] }): ListedNode => ({
  node: name,
  boot: "",
  pool: "",
  labels: [],
  slots: 0,
  used: agents.length,
  warm: 0,
  free_mb: 0,
  draining: false,
  wall: false,
  workspace: "shared",
  versions: { cyberdeck: "", agent: null },
  since: 0,
  lease_ms: leaseMs ?? null,
  agents,
  why_not: "is not heard; when its lease is over, what is on it goes on elsewhere, or in its next life",
});

/** A node as the netrunner sees it. */
const listed = (
  { name, boot, pool, labels, slots, used, warm, freeMb, isDraining, hasWall, workspace, versions, since }: KnownNode,
  now: { leaseMs: number | undefined; agents: string[]; whyNot: string | undefined },
): ListedNode => ({
  node: name,
  boot,
  pool,
  labels,
  slots,
  used,
  warm,
  free_mb: freeMb,
  draining: isDraining,
  wall: hasWall,
  workspace,
  versions,
  since,
  lease_ms: now.leaseMs ?? null,
  agents: now.agents,
  why_not: now.whyNot ?? null,
});
