import type { ListedNode, NodesListing } from "../../../../src/protocol/nodes.ts";
import { id } from "./scenes.ts";

const aNode: ListedNode = {
  node: "node-a",
  boot: "b-1",
  pool: "builders",
  labels: [],
  slots: 4,
  used: 2,
  warm: 0,
  free_mb: 6120.4,
  workspace: "bundle",
  draining: false,
  wall: true,
  versions: { cyberdeck: "9.8.7", agent: "2.1.330" },
  since: Date.UTC(2026, 10, 22, 9),
  lease_ms: 27_000,
  agents: [id(4), id(5)],
  why_not: null,
};

/** Nodes in every state: with room, full, draining, without a lease, silent. */
export const aFleet = (): NodesListing => ({
  hub: { fleet: "lab", link: "up" },
  nodes: [
    aNode,
    { ...aNode, node: "node-b", slots: 2, agents: [], free_mb: 900 },
    {
      ...aNode,
      node: "gpu-box-of-the-lab",
      pool: "gpu",
      labels: ["cuda", "large"],
      slots: 1,
      used: 1,
      draining: true,
      agents: [id(6)],
      why_not: "drains",
    },
    { ...aNode, node: "old", used: 0, lease_ms: null, agents: [], why_not: "speaks version 1 and this host version 2" },
    {
      ...aNode,
      node: "lost",
      boot: "",
      pool: "",
      slots: 0,
      used: 1,
      free_mb: 0,
      wall: false,
      versions: { cyberdeck: "", agent: null },
      since: 0,
      lease_ms: 21_000,
      agents: [id(7)],
      why_not: "is not heard; when its lease is over, what is on it goes on elsewhere, or in its next life",
    },
  ],
});
