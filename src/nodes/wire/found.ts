import { z } from "zod";
import type { Found } from "../../engine/gate/found.ts";
import type { Effect, PlainKind } from "../../policy/brake/effect.ts";
import { decisions } from "../../protocol/verdict.ts";

/** The most effects of one call, and characters of one text and of all of them, that cross. */
const mostEffects = 1000;
const longestText = 16_384;
const mostText = 262_144;
/** And of its input, with room for what takes more bytes than characters: half of a letter. */
const mostInput = 4_000_000;

const text = z.string().max(longestText);
const what = { what: text };
const barrier = z.object({ rule: text, reason: text }).optional();
const trusted = z.literal(true).optional();

const plainKinds = {
  privilege: "privilege",
  persistence: "persistence",
  "history-rewrite": "history-rewrite",
  publish: "publish",
  "remote-mutation": "remote-mutation",
  "database-mutation": "database-mutation",
  "container-escape": "container-escape",
  "agent-settings": "agent-settings",
  "system-control": "system-control",
  exfiltration: "exfiltration",
  unknown: "unknown",
} as const satisfies { [Kind in PlainKind]: Kind };

const effectSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("read"), path: text, secret: z.union([z.boolean(), z.literal("outbound")]) }),
    z.strictObject({ kind: z.literal("write"), path: text, barrier }),
    z.strictObject({ kind: z.literal("delete"), path: text, recursive: z.boolean(), barrier }),
    z.strictObject({ kind: z.literal("execute-unknown"), ...what, foreign: z.boolean(), trusted }),
    z.strictObject({ kind: z.literal("run-project-code"), ...what }),
    z.strictObject({ kind: z.literal("interpret"), ...what }),
    z.strictObject({ kind: z.literal("change-repository"), ...what }),
    z.strictObject({ kind: z.literal("look-remote"), ...what }),
    z.strictObject({
      kind: z.literal("network"),
      host: text,
      upload: z.boolean(),
      metadata: z.boolean(),
      trusted,
    }),
    z.strictObject({ kind: z.literal("process-control"), ...what, broad: z.boolean() }),
    z.strictObject({ kind: z.literal("listed"), ...what, forbidden: z.boolean() }),
    z.strictObject({ kind: z.enum(plainKinds), ...what, trusted }),
  ])
  // What comes from JSON has no field that is there and undefined, in which alone the two types differ.
  .transform((effect) => effect as Effect);

const foundSchema: z.ZodType<Found> = z
  .strictObject({
    judged: z.strictObject({
      decision: z.enum([...decisions, "hold"]),
      rule: z.string().min(1).max(200),
      reason: text,
      effects: z.array(effectSchema).max(mostEffects),
    }),
    targets: z.array(z.string().max(1000)).max(50),
    diff: z.string().max(65_536).nullable(),
    isCutOff: z.boolean(),
  })
  .refine((found) => JSON.stringify(found).length <= mostText, "there is too much of it");

/** What a node has found out about a call. What cannot be read, or is more than may cross, is a deny. */
export const foundOnNodeSchema: z.ZodType<Found> = foundSchema.catch(() =>
  denied("node.malformed", "What the node says about this call cannot be read, so it does not run."),
);

/** The same as far as it may cross: a call of which there is too much to tell is denied where it would run. */
export const crossable = (found: Found, call?: { input: unknown }): Found =>
  foundSchema.safeParse(found).success && (JSON.stringify(call?.input) ?? "").length <= mostInput
    ? found
    : denied("node.too_large", "This call has too much in it to be looked at. Do it in several smaller calls.");

const denied = (rule: string, reason: string): Found => ({
  judged: { decision: "deny", rule, reason, effects: [] },
  targets: [],
  diff: null,
  isCutOff: false,
});
