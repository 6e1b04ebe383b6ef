import { z } from "zod";

/** Letters that the far end is asked to send. */
export const floodSchema = z.object({
  count: z.int(),
  /** Of text in each. */
  bytes: z.int(),
  /** Null: as fast as they are taken. */
  perSecond: z.number().nullable(),
});

/** `at`: nanoseconds of the clock that all processes of a machine have in common. */
export const floodLetterSchema = z.object({ n: z.int(), at: z.string(), text: z.string() });
