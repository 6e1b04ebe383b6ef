import { readFileSync } from "node:fs";
import { z } from "zod";
import { analyse } from "../../../src/policy/brake/analyse.ts";
import { explain } from "../../../src/policy/brake/explain.ts";
import { decide } from "../../../src/policy/brake/tiers.ts";
import type { BrakeContext } from "../../../src/policy/brake/context.ts";
import { tierSchema, type ToolCall } from "../../../src/protocol/verdict.ts";

const caseSchema = z.object({
  id: z.string(),
  tool: z.string(),
  input: z.unknown(),
  cwd: z.string(),
  workspace: z.string(),
  home: z.string(),
  tier: tierSchema,
  expect: z.enum(["block", "allow"]),
  family: z.string(),
  why: z.string(),
});

/** One labelled tool call. `block` is met by hold and by deny. */
export type Case = z.infer<typeof caseSchema>;

/** The cases of a file with one JSON object a line. */
export const casesOf = (file: string): Case[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => caseSchema.parse(JSON.parse(text)));

/** Where a case plays: on no disk, so that no link there can play a part. */
export const placeOf = ({ tier, workspace, cwd, home }: Case): BrakeContext => ({
  tier,
  workspace,
  cwd,
  home,
  deckHome: `${workspace}/.cyberdeck`,
  runFolder: `${workspace}/.cyberdeck/runs`,
  realPath: (path) => path,
});

export const callOf = ({ id, tool, input }: Case): ToolCall => ({ id, tool, input });

export const isBlocked = (one: Case): boolean =>
  decide(analyse(callOf(one), placeOf(one)), one.tier).verdict !== "allow";

/** The cases that are judged in another way than their label says, each with the explanation. */
export const misjudged = (cases: readonly Case[]): string[] =>
  cases
    .filter((one) => isBlocked(one) !== (one.expect === "block"))
    .map((one) => `${one.id}: ${one.expect} (${one.why})\n${explain(callOf(one), placeOf(one))}`);
