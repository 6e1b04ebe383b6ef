import type { Note } from "../engine/journal.ts";
import type { HostStatus } from "../protocol/host.ts";
import type { DismissedNode, DrainedNode, NodesListing } from "../protocol/nodes.ts";
import type { RunView } from "../protocol/view.ts";

/** What a deck gives to those who bring it other machines. */
export interface NodesWorld {
  /** Records what happens in the fleet, in each open run. */
  note: Note;
  /** Resolves when all that was recorded until now is on disk. Rejects when it cannot be. */
  kept: () => Promise<void>;
  /** The runs that are open. */
  runs: () => readonly RunView[];
  /** Why no agent on this machine could work now, in words; undefined: nothing is known. */
  heldUp: (node: string) => string | undefined;
}

/** Machines on which the constructs of a deck may run besides its own. */
export interface DeckNodes {
  /** Where they are met. */
  readonly hub: NonNullable<HostStatus["hub"]>;
  /** Begins to count on them, in the name of this deck. */
  serve(world: NodesWorld): Promise<void>;
  list(): NodesListing;
  /** Has one take no more work, or take work again. Rejects when it is not there, or does not answer. */
  drain(name: string, draining: boolean): Promise<DrainedNode>;
  /**
   * Has them end all that they have for this deck, and waits for that, within bounds. Tells of those, too, that were given up with agents of
   * this deck of which nobody knows what is left. Never rejects; the same however often it is called.
   */
  farewell(): Promise<DismissedNode[]>;
  close(): Promise<void>;
}
