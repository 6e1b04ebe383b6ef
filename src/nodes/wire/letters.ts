import { z } from "zod";
import { caliberSchema } from "../../protocol/caliber.ts";
import { surfaceWishSchema } from "../../protocol/surfaced.ts";
import { decisions } from "../../protocol/verdict.ts";
import { foundOnNodeSchema } from "./found.ts";
import { broughtAnswerSchema, broughtSchema } from "./run-files.ts";
import { agentEventSchema, agentExitSchema } from "./agent-event.ts";

/** The shape of everything that crosses between host and nodes. Both refuse another one, and say so. */
export const nodeWireVersion = 2;

const toolCallSchema = z.object({
  id: z.string(),
  tool: z.string(),
  input: z.unknown(),
  subagent: z.string().optional(),
});

/** What a session on a node tells its host. */
export const sayingSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("opened"), pid: z.int(), command: z.string() }),
  /** `code`: of what this machine lacks for it, so that another one may open it; null: it would not be opened anywhere. */
  z.object({
    type: z.literal("not_opened"),
    reason: z.string(),
    code: z.string().max(100).nullable().default(null).catch(null),
  }),
  z.object({ type: z.literal("did"), event: agentEventSchema }),
  /** A raw message of the agent, for the transcript. */
  z.object({ type: z.literal("transcript"), line: z.string() }),
  /**
   * A call and what the node's brake thinks of it. One that it has denied waits for nothing; the others do for the host's verdict.
   * `policy`: the version by which it was judged; null: none, or one that cannot be read, and such a call is never let through.
   */
  z.object({
    type: z.literal("asks"),
    ask: z.int(),
    call: toolCallSchema,
    found: foundOnNodeSchema,
    policy: z.string().max(100).nullable().catch(null),
  }),
  z.object({ type: z.literal("surfaces"), ask: z.int(), wish: surfaceWishSchema, call: z.string().nullable() }),
  /** How many of the messages that it was sent it has passed on, and how many of these its agent has not begun to read. */
  z.object({ type: z.literal("unread"), passed: z.int().nonnegative(), count: z.int().nonnegative() }),
  /** What came of a bidding, by its number. */
  z.object({ type: z.literal("carried_out"), bidding: z.int(), problem: z.string().nullable(), result: z.unknown() }),
  /** Files of the run's folder that are new or changed on the node, and what of them stays there. */
  z.object({ type: z.literal("files"), ask: z.int(), brought: broughtSchema }),
  z.object({ type: z.literal("exited"), exit: agentExitSchema }),
]);
export type Saying = z.infer<typeof sayingSchema>;

/** What a host wants of a session on a node. */
export const biddingSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("send"), text: z.string() }),
  z.object({ type: z.literal("end") }),
  z.object({ type: z.literal("interrupt") }),
  z.object({ type: z.literal("answers") }),
  z.object({ type: z.literal("aim"), caliber: caliberSchema, fast: z.boolean() }),
  z.object({ type: z.literal("stop"), how: z.enum(["polite", "hard"]) }),
  /** Puts what is new in its copy of the workspace into the store of the hub. */
  z.object({ type: z.literal("bring") }),
  /** Nobody goes on in that copy, and what was new in it has been taken: it may go. */
  z.object({ type: z.literal("drop") }),
  z.object({ type: z.literal("freeze") }),
  z.object({ type: z.literal("thaw") }),
  z.object({
    type: z.literal("verdict"),
    ask: z.int(),
    verdict: z.object({ decision: z.enum(decisions), rule: z.string(), reason: z.string() }),
  }),
  /** In place of a verdict: the call was judged by another policy than the one of this version, which is in force. */
  z.object({ type: z.literal("judge_again"), ask: z.int(), policy: z.string().min(1).max(100) }),
  z.object({ type: z.literal("surfaced"), ask: z.int(), answer: z.object({ ok: z.boolean(), reason: z.string() }) }),
  z.object({ type: z.literal("files_taken"), ask: z.int(), answer: broughtAnswerSchema }),
]);
export type Bidding = z.infer<typeof biddingSchema>;

/**
 * Whose conversation it is. `session`: our id of the agent's process; `epoch`: how often the host has given it to a node; `boot`: the
 * one life of the node that has it. What bears another epoch or boot than the host's is of one that was given up.
 */
export const addressSchema = z.object({
  session: z.string().min(1),
  epoch: z.int().positive(),
  boot: z.string().min(1),
});
export type Address = z.infer<typeof addressSchema>;

/** The same for the same conversation, and for no other. */
export const addressKey = ({ session, epoch, boot }: Address): string => JSON.stringify([session, epoch, boot]);

const envelope = { wire: z.literal(nodeWireVersion), to: addressSchema };

/** How far one is with what the other one says; see `Heard`. */
const takenSchema = z.object({
  ...envelope,
  taken: z.int().nonnegative(),
  heard: z.int().nonnegative().optional(),
  gap: z.int().positive().optional(),
  answers: z.int().nonnegative().optional(),
});
/** `asks`: its sender wants to know at once how far the other one is. */
const numbered = { ...envelope, n: z.int().positive(), asks: z.int().nonnegative().optional() };

/** From a node: a numbered saying, or how far it has taken the host's biddings. */
export const fromNodeSchema = z.union([z.object({ ...numbered, saying: sayingSchema }), takenSchema]);
export type FromNode = z.infer<typeof fromNodeSchema>;

/**
 * From a host: a numbered bidding; how far it has taken, and recorded, the node's sayings; or that it does not have this conversation, or
 * has given it away: nothing of it counts, and its agent must end.
 */
export const fromHostSchema = z.union([
  z.object({ ...numbered, bidding: biddingSchema }),
  takenSchema,
  // `tells`: what its agent has done up to its end is still to be told, as what it has used is money.
  z.object({ ...envelope, over: z.literal(true), tells: z.boolean().optional() }),
]);
export type FromHost = z.infer<typeof fromHostSchema>;
