import type { HostStatus } from "../../../protocol/host.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import type { ListedNode, NodesListing } from "../../../protocol/nodes.ts";
import { cursorIn, newListing, type Listing } from "../draw/listing.ts";
import type { At } from "../page.ts";

export interface NodesState {
  listing: Listing;
  /** The fleet as the deck has told it, and when; null: it has not yet. */
  told: { fleet: NodesListing; at: number } | null;
  /** Why it could not be told the last time. */
  problem: string | null;
  isAsking: boolean;
  /** The deck that was asked last: after the end of a host, it is another one. */
  asked: HostStatus | null;
  /** Something has happened since it was asked for. */
  isStale: boolean;
}

export const newNodesState = (): NodesState => ({
  listing: newListing,
  told: null,
  problem: null,
  isAsking: false,
  asked: null,
  isStale: false,
});

/** Whether the deck is to be asked once more. */
export const isDue = ({ isStale, isAsking, asked }: NodesState, { host, link }: DeckModel): boolean =>
  !isAsking && (isStale || (asked !== host && link.state === "attached"));

/** Asks the deck how its fleet is now. */
export async function loadNodes({ hands, model, update }: Pick<At<NodesState>, "hands" | "model" | "update">) {
  update((state) => ({ ...state, isAsking: true, isStale: false, asked: model.host }));
  const answer = await hands.ask({ type: "nodes.list" });
  update((state) => ({
    ...state,
    isAsking: false,
    ...("reply" in answer
      ? { told: { fleet: answer.reply, at: model.now }, problem: null }
      : { problem: answer.problem }),
  }));
}

/** After these the fleet is another one: they are why nobody has to ask every now and then. */
export const changesNodes = ({ type }: DeckEvent): boolean => changing.has(type);

const changing: ReadonlySet<DeckEvent["type"]> = new Set<DeckEvent["type"]>([
  "node.came",
  "node.went",
  "node.draining",
  "hub.link",
  "construct.started",
  "construct.suspended",
  "construct.ended",
]);

export const nodesOf = ({ told }: NodesState): readonly ListedNode[] => told?.fleet.nodes ?? [];

export const idsOf = (state: NodesState): string[] => nodesOf(state).map(({ node }) => node);

/** The node at the cursor. */
export function nodeHere(state: NodesState): ListedNode | undefined {
  const name = cursorIn(idsOf(state), state.listing);
  return nodesOf(state).find(({ node }) => node === name);
}

/** It is not in the list of the fleet any more, and counted on until its lease is over. */
export const isSilent = ({ boot }: ListedNode): boolean => boot === "";
