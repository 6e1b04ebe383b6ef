import type { Clock } from "../../base/clock.ts";
import type { AgentDriver } from "../../drivers/agent.ts";
import type { Note } from "../../engine/journal.ts";
import type { DismissedNode, NodesListing } from "../../protocol/nodes.ts";
import type { HubBounds } from "../hub/bounds.ts";
import type { HubAccess } from "../hub/settings.ts";
import type { LeaseTimes } from "../lease.ts";
import type { NodePolicy } from "../wire/policy.ts";
import type { Drawing, Sharing } from "./places.ts";
import type { HostFileTimes } from "./run-files.ts";
import type { TravelParts } from "./travel.ts";

export interface NodesDeskParts {
  access: HubAccess;
  /** A file of the home in which the last epoch is kept. */
  epochFile: string;
  /** How a workspace travels; see `TravelParts`. */
  travel: Pick<TravelParts, "deckHome" | "folder" | "path" | "home" | "bringMs" | "hurriedMs">;
  /** Megabytes that are free for agents on this machine. */
  freeMb: () => number;
  lease?: LeaseTimes;
  bounds?: Partial<HubBounds>;
  clock?: Clock;
  /** How long a node that was given up is waited for by those whose session is on it, milliseconds. */
  returnMs?: number;
  /** How long a node may take to take an opening, the agent there to come up, and an opening waits for room, milliseconds. */
  untakenMs?: number;
  patienceMs?: number;
  roomMs?: number;
  /** How long it may take a node to end what it has when the host says farewell, milliseconds. */
  farewellMs?: number;
  fileTimes?: Partial<HostFileTimes>;
}

/** What the desk needs of the deck that it works for. */
export interface DeskWorld {
  /** Records what happens in the fleet. */
  note: Note;
  /** Resolves when all that was recorded until now is on disk. */
  kept: () => Promise<void>;
  /** How a run shares its constructs out, now. */
  sharing: (run: string) => Sharing;
  /** By what nodes judge now. */
  policy: () => NodePolicy;
  /** Why no agent on this node could work now, in words; undefined: nothing is known. */
  heldUp: (node: string) => string | undefined;
}

/** The host's side of a fleet of nodes. */
export interface NodesDesk {
  /** Begins to count on nodes, in the name of this deck. Nothing can be opened on them before. */
  serve(world: DeskWorld): Promise<void>;
  /** Opens sessions of workers here or on a node, as there is room, and everything else here. */
  driver(here: AgentDriver): AgentDriver;
  /** What a scheduler asks before it starts a construct. */
  places(sharing: () => Sharing, wall: () => boolean): Drawing;
  list(): NodesListing;
  /** Asks a node to take no more, or to take work again. Gives how many agents it has. */
  drain(node: string, isDraining: boolean): Promise<{ draining: boolean; used: number }>;
  /** Has all nodes end what they have for this host, and waits for that, within bounds. A host that dies says nothing. */
  farewell(): Promise<DismissedNode[]>;
  close(): Promise<void>;
}
