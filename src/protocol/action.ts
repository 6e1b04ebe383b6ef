import { z } from "zod";
import { effortSchema } from "./caliber.ts";
import { placeName } from "./place.ts";

/** What the daemon may ask of the deck. One schema gives the type, the JSON schema, and the paragraph in its prompt. */
const spawnAction = z
  .object({
    type: z.literal("spawn"),
    task: z.string().trim().min(1).describe("everything the construct will know; self-contained plain text"),
    profile: z.string().optional().describe("name of a profile to adopt"),
    plugins: z.array(z.string()).optional().describe("plugins to give; omitted means all, empty means none"),
    model: z.string().optional().describe("haiku, sonnet, opus, or another model that the deck lists"),
    effort: effortSchema.optional(),
    pool: placeName.optional().describe("pool of machines to run on"),
    labels: z.array(placeName).max(20).optional().describe("what the machine must have"),
    after: z
      .array(z.union([z.int().min(1), z.string().regex(/^cx-[0-9a-f]{8}$/)]))
      .optional()
      .describe(
        "start only after these have ended well: numbers of earlier items of this block's actions list, counting from 1, or construct ids; their results are handed to the construct",
      ),
  })
  .describe("start one construct");

const messageAction = z
  .object({ type: z.literal("message"), construct: z.string(), text: z.string().trim().min(1) })
  .describe("tell a running construct something; it arrives at its next turn boundary");

const cancelAction = z
  .object({ type: z.literal("cancel"), construct: z.string(), reason: z.string().trim().min(1) })
  .describe("stop a queued or running construct");

const readAction = z
  .object({
    type: z.literal("read"),
    construct: z.string(),
    part: z.int().min(1).describe("part of the full result text, counting from 1"),
  })
  .describe("get more of a result that was shortened; it comes with your next turn");

export const actionSchema = z.discriminatedUnion("type", [spawnAction, messageAction, cancelAction, readAction]);
export type Action = z.infer<typeof actionSchema>;
export type SpawnAction = z.infer<typeof spawnAction>;

export const daemonStatuses = ["working", "waiting", "done", "failed"] as const;
export type DaemonStatus = (typeof daemonStatuses)[number];

const envelope = {
  thinking: z.string().describe("one line: why this step"),
  chat: z.string().nullish().describe("what to tell or ask the netrunner, or null"),
  status: z
    .enum(daemonStatuses)
    .describe("working: more will follow; waiting: for outcomes or the netrunner; done or failed: the goal is over"),
};

/** The block as the daemon should write it. */
export const actionBlockSchema = z.object({ ...envelope, actions: z.array(actionSchema) });
export type ActionBlock = z.infer<typeof actionBlockSchema>;

/** What is read first: the envelope must hold, each action is judged on its own, so that one bad item costs only itself. */
const tolerantBlockSchema = z.object({
  ...envelope,
  thinking: z.string().default(""),
  actions: z.array(z.unknown()).default([]),
});

export interface RejectedAction {
  /** Position in the block, counting from 1. */
  position: number;
  /** The item as it came, shortened. */
  item: string;
  problem: string;
}

export interface ParsedBlock {
  block: ActionBlock;
  rejected: RejectedAction[];
  /** For each kept action its position in the block as it was written, counting from 1. */
  positions: number[];
}

/** Validates a parsed JSON value as an action block, or says what is wrong with it in words for the daemon. */
export function parseActionBlock(value: unknown): { ok: true; value: ParsedBlock } | { ok: false; problem: string } {
  const outer = tolerantBlockSchema.safeParse(value);
  if (!outer.success) return { ok: false, problem: problemText(outer.error) };
  const actions: Action[] = [];
  const positions: number[] = [];
  const rejected: RejectedAction[] = [];
  for (const [index, item] of outer.data.actions.entries()) {
    const action = actionSchema.safeParse(item);
    const switched = fastSwitchIn(item);
    if (switched !== undefined) {
      const problem = `${switched}: fast mode is the netrunner's switch alone; leave it out`;
      rejected.push({ position: index + 1, item: shorten(item), problem });
    } else if (action.success) {
      actions.push(action.data);
      positions.push(index + 1);
    } else {
      rejected.push({ position: index + 1, item: shorten(item), problem: problemText(action.error) });
    }
  }
  return { ok: true, value: { block: { ...outer.data, actions }, rejected, positions } };
}

/** The field in which an action asks for fast mode, which costs a multiple: it must not be dropped without a word. */
function fastSwitchIn(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  return ["fast", "fast_mode", "fastMode"].find((name) => Boolean(Reflect.get(item, name)));
}

/** The fields of a spawn that mean nothing where the deck has its own machine alone. */
const placeFields = { pool: true, labels: true } as const;

const actionOfOneMachine = z.discriminatedUnion("type", [
  spawnAction.omit(placeFields),
  messageAction,
  cancelAction,
  readAction,
]);

/** Whether the deck has other machines than its own. */
export interface ActionScope {
  hasPlaces: boolean;
}

/** The JSON schema of the block, for agents that are asked for structured output. */
export const actionBlockJsonSchema = ({ hasPlaces }: ActionScope = { hasPlaces: false }): Record<string, unknown> =>
  z.toJSONSchema(hasPlaces ? actionBlockSchema : z.object({ ...envelope, actions: z.array(actionOfOneMachine) }), {
    target: "draft-7",
  });

/** The paragraph of the daemon's prompt that explains the actions, made from the schema. */
export function describeActions({ hasPlaces }: ActionScope = { hasPlaces: false }): string {
  return actionSchema.options.map((option) => `- ${describeAction(option, hasPlaces)}`).join("\n");
}

function describeAction(option: (typeof actionSchema.options)[number], hasPlaces: boolean): string {
  const fields = Object.entries(option.shape)
    .filter(([name]) => name !== "type" && (hasPlaces || !Object.hasOwn(placeFields, name)))
    .map(([name, field]) => {
      const mark = field.safeParse(undefined).success ? "?" : "";
      const note = field.description ?? (name === "effort" ? efforts() : undefined);
      return note === undefined ? `${name}${mark}` : `${name}${mark} (${note})`;
    });
  return `${[...option.shape.type.values].join("")}: ${option.description ?? ""}. Fields: ${fields.join("; ")}.`;
}

const efforts = (): string => effortSchema.options.join(", ");

/** Validation issues as one line: `actions.0.task: expected string`. */
export function problemText(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "block"}: ${issue.message}`).join("; ");
}

function shorten(item: unknown): string {
  const text = JSON.stringify(item) ?? String(item);
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
