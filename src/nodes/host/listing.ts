import type { ListedNode } from "../../protocol/nodes.ts";
import type { KnownNode } from "../wire/node-state.ts";

/** One that is not in the list any more, and is counted on until its lease is over. */
export const unheard = (
  name: string,
  { leaseMs, agents }: { leaseMs: number | undefined; agents: string[] },
): ListedNode => ({
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
export const listed = (
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
