import { z } from "zod";
import { tierSchema, type Judgement, type Tier } from "./verdict.ts";

/** Absolute, also as Windows spells it. */
const path = z
  .string()
  .max(4096)
  .regex(/^(?:\/|[A-Za-z]:[\\/])/, "not an absolute path");

/** One labelled tool call for the brake, a line of a corpus. What it does not say is taken from the place of the command. */
export const brakeCaseSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  tool: z.string().min(1),
  input: z.unknown(),
  cwd: path.optional(),
  workspace: path.optional(),
  home: path.optional(),
  tier: tierSchema.optional(),
  /** `block` is met by a hold or a deny, `allow` only by an allow. */
  expect: z.enum(["block", "allow"]).optional(),
});
export type BrakeCase = z.infer<typeof brakeCaseSchema>;

/** A call that the brake is asked about without a run. All paths absolute. */
export interface BrakeQuestion {
  tool: string;
  input: unknown;
  tier: Tier;
  workspace: string;
  cwd: string;
  /** What `~` means. */
  homeDir: string;
  /** The deck's own folder. */
  deckHome: string;
}

export interface BrakeAnswer {
  verdict: Judgement["decision"];
  rule: string;
  reason: string;
  /** The nearest thing that would be allowed. */
  alternative?: string;
  /** Each with its kind, its target and whatever else is known of it. */
  effects: Record<string, unknown>[];
}

/** A rule in force, or an entry of one of the policy file's lists. */
export interface RuleLine {
  tier: Tier | "any";
  rule: string;
  verdict: Judgement["decision"];
  /** What it is about, in words. */
  about: string;
  /** "shipped", or the policy file with the line. */
  from: string;
}

/** The brake for whoever asks without a run. */
export interface Brake {
  judge(question: BrakeQuestion): BrakeAnswer;
  /** The same drawn for people: the effects with their resolved targets, the rule, what would be allowed instead. */
  explain(question: BrakeQuestion): string;
  /** What is in force in this tier, in the order in which it is asked. */
  rules(tier: Tier): RuleLine[];
}
