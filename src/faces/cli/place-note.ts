import type { Port } from "../../host/port.ts";
import type { NodesListing } from "../../protocol/nodes.ts";
import { herePool, isAsked, showAsk, type PlaceAsk } from "../../protocol/place.ts";

/** Tells whoever wants nodes that are not up which there are; what it wants is waited for. */
export async function notePlace(port: Port, on: PlaceAsk, tell: (text: string) => void): Promise<void> {
  if (!isAsked(on) || on.pool === herePool) return;
  const told = placeNote(on, await port.send({ type: "nodes.list" }));
  if (told !== undefined) tell(told);
}

/** Undefined where a node is up that fits, and where there is no hub: then the deck says more. */
export function placeNote(on: PlaceAsk, { hub, nodes, hub_file_changed: isStale }: NodesListing): string | undefined {
  const { pool: wanted, labels: needed = [] } = on;
  const there = nodes.filter(({ boot }) => boot !== "");
  const fits = there.some(
    ({ pool, labels }) => (wanted ?? pool) === pool && needed.every((label) => labels.includes(label)),
  );
  if (hub === null || fits) return undefined;
  const pools = [...new Set(there.map(({ pool, labels }) => showPool(pool, labels)))];
  const list = pools.length === 0 ? "no node is up" : `there are: ${pools.join(", ")}`;
  const file = isStale === true ? "; hub.json has been changed since this host began (cyberdeck host stop)" : "";
  return `no node of ${showAsk(on)} is up yet, and what is to run there waits; ${list}${file}`;
}

const showPool = (pool: string, labels: readonly string[]): string =>
  labels.length === 0 ? pool : `${pool} (${labels.join(", ")})`;
