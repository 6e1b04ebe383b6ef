import type { Listing } from "../draw/listing.ts";
import type { Seen } from "../page.ts";
import { arrange, type Arranged, type Shelf, type Wish } from "./arrange.ts";

/** What the fleet page keeps: which constructs it shows, in which order and shape, and where its cursor is. */
export interface FleetState extends Wish {
  listing: Listing;
  /** The netrunner has not moved the cursor: it goes to who needs an answer, and on from a construct that has ended. */
  isUnmoved: boolean;
  /** `auto`: boxes as long as there are few. */
  shape: "auto" | "table" | "panes";
  shelf: Shelf;
}

/** So many constructs are shown in boxes unless the netrunner wants it otherwise. */
const mostPanes = 6;
/** The fleet as this page shows it. */
export const arrangedOf = ({ model, state }: Pick<Seen<FleetState>, "model" | "state">): Arranged =>
  arrange(model, state, state.shelf);
/** The ids of what it shows, in order. */
export const idsOf = (seen: Seen<FleetState>): readonly string[] => arrangedOf(seen).ids;

/** Whether the constructs are in boxes now. */
export const hasPanes = (seen: Seen<FleetState>): boolean =>
  seen.state.shape === "auto" ? arrangedOf(seen).all <= mostPanes : seen.state.shape === "panes";
