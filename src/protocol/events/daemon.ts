import { z } from "zod";
import { actionSchema, daemonStatuses } from "../action.ts";
import { blacklistEntrySchema } from "../blacklist.ts";
import { caliberSchema } from "../caliber.ts";
import { origins } from "../outcome.ts";
import { authoredRecordSchema } from "../tripwire.ts";
import { orderSchema, turnSchema } from "../turn.ts";

const construct = z.string();
const daemon = z.string();
const turn = turnSchema;

/** Bodies of the events of the daemon, of the author of tripwires, and of spawns that did not come to be. */
export const daemonEvents = {
  "daemon.started": z.object({
    daemon,
    pid: z.int(),
    backend: z.string(),
    caliber: caliberSchema,
    resumed: z.string().nullable(),
  }),
  "daemon.session": z.object({ daemon, session_id: z.string(), model: z.string() }),
  /** `message` is the whole text that the daemon gets; `inputs` are the sequence numbers of the events that it conveys. */
  "daemon.turn_started": z.object({ daemon, turn: z.int(), message: z.string(), inputs: z.array(z.int()) }),
  /**
   * A valid reply, before anything of it is carried out: should the deck die meanwhile, the rest is carried out from here.
   * `structured`: the text is the JSON of a reply that the agent has parsed.
   */
  "daemon.replied": z.object({
    daemon,
    turn: z.int(),
    structured: z.boolean(),
    text: z.string(),
    cost_usd: z.number(),
    tokens_out: z.int(),
    duration_ms: z.number(),
  }),
  /** The model's turn is over. Only a valid one has conveyed its inputs; the others are sent again. */
  "daemon.turn_ended": z.object({
    daemon,
    turn: z.int(),
    valid: z.boolean(),
    cost_usd: z.number(),
    tokens_out: z.int(),
    duration_ms: z.number(),
  }),
  "daemon.thinking": z.object({ daemon, turn, text: z.string() }),
  "daemon.chat": z.object({ daemon, turn, text: z.string() }),
  /** `position`: of the item in the reply, from 1. */
  "daemon.action": z.object({ daemon, turn, action: actionSchema, position: z.int().optional() }),
  "daemon.action_rejected": z.object({ daemon, turn, position: z.int(), item: z.string(), problem: z.string() }),
  /** `respawn`: the process was given up and the next turn starts a fresh one with its memory. */
  "daemon.status": z.object({ daemon, turn, status: z.enum([...daemonStatuses, "respawn"]) }),
  "daemon.error": z.object({ daemon, turn, code: z.string(), message: z.string() }),
  /** A reply that held no valid action block, as it came. */
  "daemon.raw": z.object({ daemon, turn, text: z.string() }),
  /** Part of a full result that the daemon asked for. */
  "daemon.read": z.object({ daemon, turn, construct, part: z.int() }),
  "daemon.ended": z.object({ daemon, exit: z.string(), proven: z.boolean() }),
  /** `order`: where it was the daemon's. */
  "spawn.refused": z.object({
    task: z.string(),
    origin: z.enum(origins),
    rule: z.string(),
    reason: z.string(),
    order: orderSchema.optional(),
  }),
  /** Work is forbidden from now on, in this home. */
  "blacklist.added": z.object({ entry: blacklistEntrySchema }),
  "blacklist.removed": z.object({ entry: blacklistEntrySchema }),
  /** The netrunner lets exactly this task of the run through, in spite of the blacklist. */
  "blacklist.allowed": z.object({ task: z.string() }),
  /** The daemon repeats work that keeps ending badly: this was let through, the next try will not be. */
  "respawn.warned": z.object({
    construct,
    task: z.string(),
    count: z.int(),
    of: z.int(),
    earlier: z.array(z.string()),
  }),
  /** A model session without tools writes tripwires for the goal. */
  "author.started": z.object({ author: z.string(), pid: z.int(), caliber: caliberSchema }),
  /** The rules that hold for the goal from here on, in place of earlier ones, and what was not admitted. */
  "tripwires.authored": z.object({
    author: z.string(),
    rules: z.array(authoredRecordSchema),
    refused: z.array(z.object({ name: z.string(), reason: z.string() })),
    cost_usd: z.number(),
  }),
  /** There are no rules of this goal's own; the shipped ones hold. */
  "author.failed": z.object({ author: z.string(), reason: z.string(), cost_usd: z.number() }),
} as const;
