import { z } from "zod";
import { severities } from "../../protocol/tripwire.ts";
import { mostAuthored } from "./evaluate.ts";
import { longestPattern } from "./pattern.ts";

/** What an authored rule looks at: the command of a call, all of a call's input, what a call returned, what was said. */
export const authoredFields = ["command", "input", "result", "said"] as const;

/** One rule that a model proposes for a goal. The descriptions are what the model is told of the fields. */
export const authoredRuleSchema = z.strictObject({
  name: z
    .string()
    .regex(/^goal\/[a-z][a-z0-9-]{2,40}$/, "must be goal/ and a short lower-case name, as in goal/no-publish")
    .describe("goal/ and a short lower-case name"),
  severity: z.enum(severities).describe("low: the netrunner is told; warning: the call is held for the netrunner"),
  field: z.enum(authoredFields).describe("what the pattern is matched against"),
  tools: z
    .array(z.string().min(1).max(80))
    .min(1)
    .max(10)
    .optional()
    .describe("only calls of these tools; omitted means all"),
  pattern: z.string().min(3).max(longestPattern).describe("regular expression without look-around and back references"),
  message: z.string().trim().min(10).max(300).describe("what is wrong and what to do instead, one or two sentences"),
});
export type AuthoredRule = z.infer<typeof authoredRuleSchema>;

/** What the author should reply. */
export const proposalSchema = z.strictObject({ rules: z.array(authoredRuleSchema).max(mostAuthored) });

/** What is read first: each rule is then judged by itself, so that a bad one costs only itself. */
export const tolerantProposalSchema = z.object({ rules: z.array(z.unknown()) });
