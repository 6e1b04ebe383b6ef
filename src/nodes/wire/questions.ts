import { z } from "zod";
import { addressSchema, nodeWireVersion } from "./letters.ts";
import { knownFilesSchema } from "./run-files.ts";

const wire = z.literal(nodeWireVersion);
const id = z.string().min(1).max(100);

/**
 * Asked by a node again and again: may it go on? `host`: the life of the host that has granted the first lease of this life of the node;
 * null: it has none yet. Another life of the host refuses: what it has not begun itself must be ended, with proof, before it counts on a node.
 * `data`: the folder in which the node works, of which one node at a time has the lock; each life in it begins when the one before is ended
 * with proof.
 */
export const renewSchema = z.object({ wire, boot: id, host: id.nullable(), data: id.optional() });
/**
 * By what a host counts its leases, milliseconds: how long a silence may last before it gives a node's work away, and how much of that a
 * node has to end what it has at work.
 */
const toldLeaseSchema = z
  .strictObject({ ms: z.int().min(500).max(3_600_000), endMs: z.int().nonnegative() })
  .refine(({ ms, endMs }) => endMs <= ms / 2, { error: "endMs is more than half of the lease" });
export type ToldLease = z.infer<typeof toldLeaseSchema>;

export const renewedSchema = z.object({
  isGranted: z.boolean(),
  /** This life of the host. */
  host: id,
  /** The version of the policy that is in force now. */
  policy: z.string().max(100),
  /** Left out by a host that has not learnt to tell it: then it is as this version has it. */
  lease: toldLeaseSchema.optional(),
  why: z.string().max(500).optional(),
});

/** Asked by a node that was given an opening: may it open that session? */
export const claimSchema = z.object({ wire, to: addressSchema });
export const claimedSchema = z.object({ isGranted: z.boolean(), why: z.string().max(500).optional() });

/** Asked by a node whose policy is not the one that is in force. The answer is a `NodePolicy`. */
export const policyAskedSchema = z.object({ wire, boot: id });

/** Asked by a node before it opens a session: what is there for it of the run's folder? The answer is a `Given`. */
export const runFilesAskedSchema = z.object({ wire, to: addressSchema, known: knownFilesSchema });

/** Asked by the host: from now on it takes no more work, or takes work again. */
export const drainSchema = z.object({ wire, isDraining: z.boolean() });
export const drainedSchema = z.object({ isDraining: z.boolean(), used: z.int().nonnegative() });

/**
 * Asked by a host that ends in order: what this life of the node has for it ends now, and not when its lease is over. Answered when that is
 * done. `host`: the life of the host that has granted the lease; another one cannot end it.
 */
export const farewellSchema = z.object({ wire, host: id, boot: id });
export const dismissedSchema = z.object({ proven: z.boolean(), sessions: z.int().nonnegative().max(100_000) });

/** The kinds of questions, by their names on the wire. */
export const asked = {
  renew: "renew",
  claim: "claim",
  policy: "policy",
  drain: "drain",
  farewell: "farewell",
  runFiles: "run_files",
} as const;
