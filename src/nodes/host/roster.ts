import { oneLine } from "../../base/text.ts";
import type { Party } from "../hub/subjects.ts";
import { isName } from "../hub/subjects.ts";
import type { RegistryChange } from "../hub/hub.ts";
import { nodeWireVersion } from "../wire/letters.ts";
import type { KnownNode, NodeTells } from "../wire/node-state.ts";
import { herePool, type Closed } from "./placement.ts";

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

/** What the host knows of a node besides what it tells. */
export interface Outlook {
  hasLease: boolean;
  /** The link to the hub. */
  isUp: boolean;
  /** Why agents on it could not work, as far as the deck knows. */
  heldUp: string | undefined;
}

/** Why a node gets no work; undefined: it does. */
export function whyClosed(node: KnownNode, outlook: Outlook): Closed | undefined {
  const why = whyUnfit(node, outlook.isUp);
  if (why !== undefined) return { why, isPassing: false };
  const passing = whyNotYet(node, outlook);
  return passing === undefined ? undefined : { why: passing, isPassing: true };
}

function whyUnfit(node: KnownNode, isUp: boolean): string | undefined {
  if (node.wire !== nodeWireVersion)
    return `speaks version ${node.wire} and this host version ${nodeWireVersion} (run the same cyberdeck on both)`;
  if (!isName(queueOf(node.name))) return "has a name that is too long";
  if (node.pool === herePool) return `is of the pool "${herePool}", which is the host's own machine`;
  if (!isUp) return "cannot be reached, as the link to the hub is down";
  if (node.isDraining) return "drains";
  return node.unfit === null ? undefined : `takes no work: ${oneLine(node.unfit, mostWords)}`;
}

/** Why it will take some, but not now. */
function whyNotYet({ policy }: KnownNode, { hasLease, heldUp }: Outlook): string | undefined {
  if (!hasLease) return "has no lease yet";
  if (policy === null) return "has no policy yet";
  return heldUp === undefined ? undefined : `waits for its account: ${oneLine(heldUp, mostWords)}`;
}

/** So much of a reason that a node or its provider tells, characters. */
const mostWords = 500;
