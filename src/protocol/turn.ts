import { z } from "zod";

/**
 * The turn of the agent that an event is of, its construct or its daemon: one message of the deck to it until its result. It
 * begins at 1 and goes on over a resume. Missing before the first turn, and in records of before it was counted.
 */
export const turnSchema = z.int().min(1).optional();

/** Which item of a reply of the daemon has asked for something: the number of its turn, and the item's position from 1. */
export const orderSchema = z.object({ turn: z.int().min(1), position: z.int().min(1) });
export type Order = z.infer<typeof orderSchema>;
