import { z } from "zod";
import { workspaceWays } from "./node.ts";

/**
 * Why a machine of the fleet cannot have work any more. `left`: it has said farewell; `silent`: it is not in the list any more, and what
 * is on it may go on; `given_up`: its lease is over, and what was on it is lost; `begun_anew`: it is in another life, before which all of this
 * one was ended; `dismissed`: the host has ended in order, and all that was on it is ended, with proof.
 */
export const nodeEnds = ["left", "silent", "given_up", "begun_anew", "dismissed"] as const;

/** A machine of the fleet, for a face. */
export const listedNodeSchema = z.object({
  node: z.string(),
  /** Empty: it is not in the list now. */
  boot: z.string(),
  pool: z.string(),
  labels: z.array(z.string()),
  slots: z.int(),
  used: z.int(),
  warm: z.int(),
  free_mb: z.number(),
  draining: z.boolean(),
  wall: z.boolean(),
  /** How a workspace comes to it. */
  workspace: z.enum(workspaceWays),
  versions: z.object({ cyberdeck: z.string(), agent: z.string().nullable() }),
  /** When this life of it began by its own clock, milliseconds since the epoch. */
  since: z.number(),
  /** How long it is still counted on without another word, milliseconds; null: it has no lease. */
  lease_ms: z.number().nullable(),
  /** The agents of this deck that are on it, by the ids of their constructs. */
  agents: z.array(z.string()),
  /** Why it gets no work; null: it does, as long as it has room. */
  why_not: z.string().nullable(),
});
export type ListedNode = z.infer<typeof listedNodeSchema>;

/**
 * The fleet as the host sees it; `hub` null: this deck works on its own machine alone. `link` "left": the host has left the fleet, as another
 * one has come into it.
 */
export const nodesListingSchema = z.object({
  hub: z.object({ fleet: z.string(), link: z.enum(["up", "down", "left"]) }).nullable(),
  nodes: z.array(listedNodeSchema),
  /** `hub.json` of the home says something else by now than when this host began. */
  hub_file_changed: z.boolean().optional(),
});
export type NodesListing = z.infer<typeof nodesListingSchema>;

/** What a node has answered that was asked to take no more, or to take work again; `used`: so many agents it has. */
export const drainedNodeSchema = z.object({ node: z.string(), draining: z.boolean(), used: z.int() });
export type DrainedNode = z.infer<typeof drainedNodeSchema>;

/** What came of the farewell of a host to a node that it has counted on. */
export const dismissedNodeSchema = z.object({
  node: z.string(),
  /** So many agents it has ended; null: it has not answered. */
  sessions: z.int().nullable(),
  /** Nothing is left of them. */
  proven: z.boolean(),
  /** Why it has not answered; null: it has. */
  problem: z.string().nullable(),
});
export type DismissedNode = z.infer<typeof dismissedNodeSchema>;
