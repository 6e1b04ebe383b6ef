import { z } from "zod";
import { constructLineSchema, runStatuses } from "../run-status.ts";
import { boundSchema, constructBounds } from "../bound.ts";
import { ejectionSchema } from "../ejection.ts";
import { modelOrigins } from "../models.ts";
import { liveSettingsSchema, runSettingsSchema } from "../settings.ts";

const construct = z.string();

/** Bodies of the events of a run as a whole. */
export const runEvents = {
  "run.opened": z.object({
    kind: z.enum(["goal", "tasks"]),
    workspace: z.string(),
    folder: z.string(),
    settings: runSettingsSchema,
    /** The goal, or the tasks: what a run that dies in its first moment is taken up with. */
    asked: z.array(z.string()).optional(),
    /** Version of the deck that wrote the run. */
    deck: z.string(),
    command_line: z.array(z.string()),
  }),
  "run.resumed": z.object({ settings: runSettingsSchema, deck: z.string(), command_line: z.array(z.string()) }),
  /** Whether the operating system's wall stands around the run's constructs. */
  "sandbox.chosen": z.object({ mode: z.enum(["wall", "none"]), why: z.string() }),
  /** The models that there are in this run, and how that is known. */
  "calibers.known": z.object({
    from: z.enum(modelOrigins),
    version: z.string().nullable(),
    models: z.array(z.string()),
  }),
  "settings.changed": z.object({ settings: liveSettingsSchema }),
  /** The daemon waits for the netrunner: `question` is what it said. */
  "run.waiting": z.object({ question: z.string() }),
  "run.paused": z.object({ rule: z.string(), reason: z.string() }),
  /** There is room again at the bound by whose rule the run was paused. */
  "run.continued": z.object({ rule: z.string() }),
  /** Of one construct, or of the run. What would go beyond it waits; nothing is ended. */
  "bound.reached": boundSchema.extend({ construct: construct.optional() }),
  /** The netrunner has raised a bound for one construct alone. */
  "bound.raised": z.object({ construct, which: z.enum(constructBounds), from: z.number(), to: z.number() }),
  "run.closed": z.object({
    status: z.enum(runStatuses),
    reason: z.string(),
    folder: z.string(),
    duration_ms: z.number(),
    cost_usd: z.number(),
    constructs: z.array(constructLineSchema),
  }),
  /** The netrunner stops everything at once. `completes`: that was cut short by the death of the deck, and is done again. */
  "run.ejecting": z.object({ reason: z.string(), completes: z.boolean().default(false) }),
  /** Everything is stopped, or it is said what is not. */
  "run.ejected": ejectionSchema,
  "goal.set": z.object({ goal: z.string() }),
  /** The netrunner wants something else of a run that is open. */
  "goal.changed": z.object({ from: z.string(), to: z.string() }),
  "netrunner.said": z.object({ text: z.string() }),
} as const;
