import { oneLine } from "../../base/text.ts";
import type { Party } from "../hub/subjects.ts";
import { isName } from "../hub/subjects.ts";
import type { RegistryChange } from "../hub/hub.ts";
import { nodeWireVersion } from "../wire/letters.ts";
import type { KnownNode, NodeTells } from "../wire/node-state.ts";
import { herePool } from "./placement.ts";

/** Who is in the list of the fleet, and what each has told of itself last. */
export interface Roster {
  take(change: RegistryChange<NodeTells>): void;
  readonly nodes: readonly KnownNode[];
  find(name: Party): KnownNode | undefined;
}

export function rosterOf(): Roster {
  const known = new Map<Party, KnownNode>();
  return {
    take(change) {
      if (change.type !== "went") known.set(change.name, { ...change.state, name: change.name, boot: change.boot });
      else if (known.get(change.name)?.boot === change.boot) known.delete(change.name);
    },
    get nodes() {
      return [...known.values()];
    },
    find: (name) => known.get(name),
  };
}

/** The queue of a node: work that is in it goes to that node alone. */
export const queueOf = (node: Party): string => `n_${node}`;

/** Why a node gets no work, as the end of a sentence that begins with its name; undefined: it does. */
export function whyClosed(
  node: KnownNode,
  { hasLease, isUp }: { hasLease: boolean; isUp: boolean },
): string | undefined {
  if (node.wire !== nodeWireVersion)
    return `speaks version ${node.wire} and this host version ${nodeWireVersion} (run the same cyberdeck on both)`;
  if (!isName(queueOf(node.name))) return "has a name that is too long";
  if (node.pool === herePool) return `is of the pool "${herePool}", which is the host's own machine`;
  if (!isUp) return "cannot be reached, as the link to the hub is down";
  if (node.isDraining) return "drains";
  if (node.unfit !== null) return `takes no work: ${oneLine(node.unfit, mostWords)}`;
  if (!hasLease) return noLeaseYet;
  return node.policy === null ? noPolicyYet : undefined;
}

/** So much of a reason that a node tells, characters. */
const mostWords = 500;

const noLeaseYet = "has no lease yet";
const noPolicyYet = "has no policy yet";

/** Whether a node that gets no work for this reason has only just come: it will take some soon. */
export const isComing = (closed: string | undefined): boolean => closed === noLeaseYet || closed === noPolicyYet;
