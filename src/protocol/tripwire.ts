import { z } from "zod";

/** From mild to severe: low informs, warning holds the call, critical denies it and kills the construct. */
export const severities = ["low", "warning", "critical"] as const;
export const severitySchema = z.enum(severities);
export type Severity = z.infer<typeof severitySchema>;

/** What followed when a tripwire fired. `none`: the brake had denied the call already, so there was nothing left to hold. */
export const tripwireConsequences = ["none", "inform", "hold", "kill"] as const;

/** A tripwire has fired. */
export const tripwireFiredSchema = z.object({
  construct: z.string(),
  /** The call that stops; null when it was no call that fired. */
  call: z.string().nullable(),
  name: z.string(),
  severity: severitySchema,
  /** What was found, fit to be shown: never a secret itself. */
  found: z.string(),
  message: z.string(),
  consequence: z.enum(tripwireConsequences),
});
export type TripwireFired = z.infer<typeof tripwireFiredSchema>;

/** A firing as it stands in the outcome of its construct. */
export const tripwireNoteSchema = tripwireFiredSchema.pick({
  name: true,
  severity: true,
  found: true,
  consequence: true,
});

/** A rule that was authored for a goal, as it is recorded. A resume judges it again before it is in force again. */
export const authoredRecordSchema = z.object({
  name: z.string(),
  severity: severitySchema,
  field: z.string(),
  tools: z.array(z.string()).optional(),
  pattern: z.string(),
  message: z.string(),
});
export type AuthoredRecord = z.infer<typeof authoredRecordSchema>;

/** A tripwire in a list. */
export const tripwireLineSchema = z.object({
  name: z.string(),
  severity: severitySchema,
  origin: z.enum(["shipped", "authored"]),
  /** What it looks at: calls, results, texts, the cost, silence. */
  watches: z.array(z.string()),
  /** `idle`: it lacks a setting, and so cannot fire. */
  state: z.enum(["on", "muted", "idle"]),
  message: z.string(),
});
export type TripwireLine = z.infer<typeof tripwireLineSchema>;

/** Which tripwires would fire on a call, were it the first of a construct. */
export const tripwireTrialSchema = z.object({
  firings: z.array(tripwireFiredSchema.pick({ name: true, severity: true, found: true, message: true })),
  /** What all of them together would do to the call. */
  consequence: z.enum(tripwireConsequences),
});
export type TripwireTrial = z.infer<typeof tripwireTrialSchema>;
