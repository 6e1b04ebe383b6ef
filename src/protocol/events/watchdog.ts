import { z } from "zod";
import { boundSchema } from "../bound.ts";
import { caliberSchema } from "../caliber.ts";
import { answererSchema, citationSchema, givenSchema } from "../watchdog.ts";

const ask = z.string();

/**
 * Bodies of the events of the watchdog. They belong to the run that the question is about, also after its closing; no
 * daemon and no construct is told of them.
 */
export const watchdogEvents = {
  /**
   * `about`: the construct that the question is about. `beyond`: the bound in spite of which it is asked. `by`: who is to answer it,
   * so that whoever comes later can tell that nobody does any more.
   */
  "watchdog.asked": z.object({
    ask,
    question: z.string(),
    about: z.string().nullable(),
    caliber: caliberSchema,
    beyond: boundSchema.optional(),
    by: answererSchema.optional(),
  }),
  "watchdog.started": z.object({ ask, pid: z.int(), given: givenSchema }),
  /** `wrong`: how many of its citations do not hold. */
  "watchdog.answered": z.object({
    ask,
    answer: z.string(),
    citations: z.array(citationSchema),
    wrong: z.int(),
    cost_usd: z.number(),
    duration_ms: z.number(),
  }),
  "watchdog.failed": z.object({ ask, reason: z.string(), cost_usd: z.number() }),
  "watchdog.cancelled": z.object({ ask }),
} as const;
