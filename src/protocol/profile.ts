import { z } from "zod";
import { nearest } from "../base/nearest.ts";
import { readDuration } from "../base/units.ts";
import { effortSchema } from "./caliber.ts";
import { entryName, entryNameRule } from "./catalogue.ts";
import { placeName } from "./place.ts";
import { workerTools } from "./worker-tools.ts";

/** Whether its constructs know the workspace's own memory file, or their task alone. */
export const profileContexts = ["isolated", "project"] as const;

const name = z.string().regex(entryName, entryNameRule);

/** A tool of the agent's own, one of another server (`mcp__github__search`), or all tools of that server (`mcp__github__*`). */
const tool = z.string().refine(isToolName, {
  error: ({ input }) => {
    const meant = nearest(String(input), workerTools);
    const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
    return `"${String(input).slice(0, 60)}" is no tool of the agent's${guess} There are: ${workerTools.join(", ")}, and mcp__SERVER__TOOL`;
  },
});

function isToolName(text: string): boolean {
  return workerTools.some((known) => known === text) || /^mcp__[\w-]{1,64}__(?:[\w-]{1,128}|\*)$/.test(text);
}

/** The format of `profiles/<name>.toml`. A key that is not in here is an error: a mistyped one must not be ignored. */
export const profileSchema = z.strictObject({
  name,
  /** What it is sorted under: one or two words. */
  category: z.string().trim().min(1).max(40).default("general"),
  description: z.string().trim().min(1).max(2000),
  /** What the daemon has to know to use it well. */
  daemon_addendum: z.string().trim().max(4000).default(""),
  /** What its constructs are told before their task. */
  construct_addendum: z.string().trim().max(16_000).default(""),
  /** The only tools that its constructs may use; left out: all. */
  tools: z.array(tool).max(50).optional(),
  /** Programs of the tools registry that its constructs are told of. */
  uses: z.array(name).max(50).default([]),
  /** What its constructs run on where neither the netrunner nor the daemon says otherwise. */
  caliber: z
    .strictObject({ model: z.string().trim().min(1).max(100).optional(), effort: effortSchema.optional() })
    .prefault({}),
  /** Where its constructs run where neither the netrunner nor the daemon says otherwise: a pool, and what the machine must have. */
  pool: placeName.optional(),
  labels: z.array(placeName).max(20).optional(),
  /** Bounds of each of its constructs, beside those of the settings: the tighter one counts. */
  limits: z
    .strictObject({
      turns: z.int().min(1).optional(),
      tokens: z.int().min(1).optional(),
      usd: z.number().positive().optional(),
      /** In all, as in "10m". */
      time: z
        .string()
        .refine((text) => readDuration(text) !== undefined, 'is no time; write it with its unit, as in "90s" or "10m"')
        .optional(),
    })
    .prefault({}),
  context: z.enum(profileContexts).default("isolated"),
});
export type Profile = z.infer<typeof profileSchema>;

/** The profile of whoever is given none. */
export const defaultProfile = "default";

/** What a construct is where not even the shipped default is there: nothing said, nothing limited. */
export const plainProfile: Profile = {
  name: defaultProfile,
  category: "general",
  description: "A construct without a profile.",
  daemon_addendum: "",
  construct_addendum: "",
  uses: [],
  caliber: {},
  limits: {},
  context: "isolated",
};
