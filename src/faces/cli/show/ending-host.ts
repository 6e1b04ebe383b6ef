import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import type { HostStatus } from "../../../protocol/host.ts";
import type { ListedNode, NodesListing } from "../../../protocol/nodes.ts";
import { spell } from "../../words/amounts.ts";

/** What a host that ends waits for. */
export function endingHost({ runs }: Pick<HostStatus, "runs">, { hub, nodes }: NodesListing): string {
  const open = runs.map(({ run, at_work: atWork }) => `${run} (${count(atWork, "construct")} at work)`);
  const unheard = nodes.filter(({ agents, boot }) => agents.length > 0 && (boot === "" || hub?.link !== "up"));
  const what = open.length === 0 ? "its runs are closed, and it is looked at what is left" : open.join(", ");
  return [`still ending: ${what}`, ...unheard.map(unheardNode)].join("; ");
}

function unheardNode({ node, agents, lease_ms: leaseMs }: ListedNode): string {
  const when = leaseMs === null ? "" : `, in ${spell(leaseMs)}`;
  return `${oneLine(node, 64)} is not heard: it ends ${count(agents.length, "agent")} by itself, and counts as lost when its lease is over${when}`;
}
