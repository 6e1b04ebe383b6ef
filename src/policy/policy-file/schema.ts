import { z } from "zod";
import { tierSchema } from "../../protocol/verdict.ts";
import type { EffectKind } from "../brake/effect.ts";
import { tierRules, type TierRule } from "../brake/tiers.ts";

/** The kinds of effects that a rule can name. */
export const ruleKinds: readonly EffectKind[] = [...new Set(tierRules.yolo.flatMap(({ kinds }) => kinds))];

/** What narrows a rule, and the kinds of effects that have it. */
export const conditions = {
  barred: ["write", "delete"],
  secret: ["read"],
  foreign: ["execute-unknown"],
  upload: ["network"],
  metadata: ["network"],
  broad: ["process-control"],
} as const satisfies Partial<Record<NonNullable<TierRule["when"]>, readonly EffectKind[]>>;

const verdict = z.enum(["allow", "hold", "deny"]);
const text = z.string().trim().min(1).max(300);
const list = z.array(text).max(500).default([]);

const ruleSchema = z.strictObject({
  tier: tierSchema.default("default"),
  rule: text,
  verdict,
  kinds: z.array(z.enum(ruleKinds)).min(1).optional(),
  when: z.enum(["barred", "secret", "foreign", "upload", "metadata", "broad"]).optional(),
  alternative: text.optional(),
});
export type RuleEntry = z.infer<typeof ruleSchema>;

/** The format of `policy.toml`. A key that is not in here is an error: a mistyped one must not be ignored. */
export const policyFileSchema = z.strictObject({
  rule: z.array(ruleSchema).max(200).default([]),
  commands: z.strictObject({ allow: list, hold: list, deny: list }).prefault({}),
  tools: z.strictObject({ allow: list, hold: list, deny: list }).prefault({}),
  hosts: z.strictObject({ allow: list, deny: list }).prefault({}),
  folders: z.strictObject({ writable: list, protected: list }).prefault({}),
});
export type PolicyFile = z.infer<typeof policyFileSchema>;

/** The keys of the part of the file that a path leads to. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(policyFileSchema.shape);
  switch (path[0]) {
    case "rule":
      return Object.keys(ruleSchema.shape);
    case "commands":
    case "tools":
      return ["allow", "hold", "deny"];
    case "hosts":
      return ["allow", "deny"];
    case "folders":
      return ["writable", "protected"];
    default:
      return [];
  }
}
