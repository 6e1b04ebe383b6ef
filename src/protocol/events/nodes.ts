import { z } from "zod";
import { nodeEnds } from "../nodes.ts";

/** Bodies of the events that concern the machines on which constructs may run besides this one. */
export const nodeEvents = {
  /** A machine can have work: it is in the fleet's list and has a lease. `boot`: this life of it. */
  "node.came": z.object({
    node: z.string(),
    boot: z.string(),
    pool: z.string(),
    labels: z.array(z.string()),
    slots: z.int(),
  }),
  /** It cannot have work any more; `agents` of this deck were on it then. */
  "node.went": z.object({ node: z.string(), boot: z.string(), why: z.enum(nodeEnds), agents: z.int() }),
  /** Nothing is left of a life of it that was given up: that was not known before, and its next one has looked. */
  "node.proven": z.object({ node: z.string(), boot: z.string() }),
  /** It takes no more, or takes work again. */
  "node.draining": z.object({ node: z.string(), draining: z.boolean() }),
  /** Something came of a life of a machine that was given up, or is not known. Nothing of it counts. `letters`: so many until now. */
  "node.stranger": z.object({ node: z.string(), boot: z.string(), session: z.string(), letters: z.int() }),
  /** The way to the other machines is there, or not. */
  "hub.link": z.object({ link: z.enum(["up", "down"]) }),
} as const;
