import { z } from "zod";
import { accountTroubles } from "../account.ts";
import { caliberSchema } from "../caliber.ts";
import { origins, outcomeSchema, tellers } from "../outcome.ts";
import { placeAskSchema } from "../place.ts";
import { poolEnds, poolMisses } from "../pool.ts";
import { shownChangeSchema } from "../shown-change.ts";
import { surfacedSchema } from "../surfaced.ts";
import { suspendedSchema } from "../suspended.ts";
import { orderSchema, turnSchema } from "../turn.ts";
import { packedSchema, returnedSchema } from "../workspace.ts";

const construct = z.string();
const daemon = z.string();
const turn = turnSchema;

/** The shell call within which a plugin was called, by the agent's own id; null: that is not known for certain. */
const within = z.string().nullable().default(null);

/** The end of a turn as its agent told it: should the deck die before the outcome is recorded, it is made of this. */
const lastTurnSchema = z.object({
  text: z.string(),
  turns: z.int(),
  refused: z.boolean(),
  errors: z.array(z.string()),
});

/** Bodies of the events of constructs and of what they are given. */
export const constructEvents = {
  "construct.queued": z.object({
    construct,
    task: z.string(),
    origin: z.enum(origins),
    parent: z.string().nullable(),
    caliber: caliberSchema,
    /** What was asked for, where it runs on something else. */
    asked: caliberSchema.optional(),
    /** Ids of the constructs that must end well before this one starts. */
    after: z.array(z.string()),
    /** Profile that it adopts. */
    profile: z.string().default("default"),
    /** Plugins that it is given; null: all that there are. */
    plugins: z.array(z.string()).nullable().default(null),
    /** Where it is to run; left out: wherever there is room. */
    on: placeAskSchema.optional(),
    /** What of the daemon's has asked for it. */
    order: orderSchema.optional(),
  }),
  /** There is no place for it now: it stays in the queue. Told again when the reason is another one. */
  "construct.unplaced": z.object({ construct, why: z.string() }),
  /** The netrunner has changed the order of the queue; `before` null: it comes last. */
  "queue.moved": z.object({ construct, before: z.string().nullable() }),
  /** What it runs on is not what was asked for: an effort that the model lacks, or the netrunner's fixed choice. */
  "caliber.clamped": z.object({
    construct: construct.optional(),
    daemon: daemon.optional(),
    asked: caliberSchema,
    given: caliberSchema,
    why: z.string(),
  }),
  /** It starts in the provider's fast mode, at its price. */
  "caliber.fast_applied": z.object({ construct, model: z.string() }),
  /** The netrunner wants fast mode, and it does not run in it. */
  "caliber.fast_skipped": z.object({ construct, model: z.string(), why: z.string() }),
  /** An agent is started that waits for its construct. Ready: it can be taken. */
  "pool.started": z.object({ spare: z.string() }),
  "pool.ready": z.object({ spare: z.string(), pid: z.int(), start_ms: z.number() }),
  /** It ended without a construct, with everything that it started. */
  "pool.ended": z.object({ spare: z.string(), why: z.enum(poolEnds), detail: z.string() }),
  /** A construct has taken a spare. Milliseconds: from the wish until the agent was the construct's, and the age of the spare. */
  "pool.hit": z.object({ construct, spare: z.string(), wait_ms: z.number(), age_ms: z.number() }),
  /** A construct gets an agent of its own. */
  "pool.missed": z.object({ construct, reason: z.enum(poolMisses), detail: z.string() }),
  /** `pid`: on the machine that it runs on, which is that of the deck or, with a name in `place`, another one. */
  "construct.started": z.object({
    construct,
    pid: z.int(),
    command: z.string(),
    place: z.string().nullable().default(null),
  }),
  /** It works on a copy of the workspace, on this machine. */
  "workspace.packed": packedSchema.extend({ construct, place: z.string() }),
  /** What is new in its copy is back, or why not. */
  "workspace.returned": z.object({ construct, place: z.string(), returned: returnedSchema }),
  "construct.ready": z.object({ construct, turn, session_id: z.string(), model: z.string() }),
  "construct.said": z.object({ construct, turn, text: z.string() }),
  "construct.thought": z.object({ construct, turn, text: z.string() }),
  "construct.told": z.object({ construct, text: z.string(), origin: z.enum(tellers) }),
  /** It has ended before it had read this message. */
  "construct.unread": z.object({ construct, text: z.string(), origin: z.enum(tellers) }),
  /** The netrunner has stopped what it did: `successor` goes on in its session, with this instruction. */
  "construct.redirected": z.object({ construct, successor: z.string(), text: z.string() }),
  /** `input` is shortened for the record; the transcript has all of it. */
  "construct.tool_called": z.object({
    construct,
    turn,
    call: z.string(),
    tool: z.string(),
    input: z.string(),
    /** Of a call that writes or edits a file. */
    change: shownChangeSchema.optional(),
  }),
  "construct.tool_returned": z.object({ construct, turn, call: z.string(), failed: z.boolean(), text: z.string() }),
  /** It has shown something to the netrunner, by this call. */
  "construct.surfaced": surfacedSchema.extend({ construct, turn, call: z.string().nullable().default(null) }),
  /** It calls a plugin through the bridge; `call` is of the bridge, the same at the end. */
  "plugin.called": z.object({ construct, turn, call: z.string(), within, plugin: z.string(), args: z.string() }),
  /** `exit`: "code 0", "signal SIGTERM", or that nobody told. */
  "plugin.ended": z.object({
    construct,
    turn,
    call: z.string(),
    within,
    plugin: z.string(),
    exit: z.string(),
    bytes: z.int(),
    duration_ms: z.number(),
  }),
  /** A server of tools that it was to have did not start: it works without. */
  "plugin.failed": z.object({ construct, turn, plugin: z.string() }),
  /** It asked the bridge for what it may not have. */
  "plugin.refused": z.object({ construct, turn, within, plugin: z.string(), rule: z.string(), reason: z.string() }),
  "construct.retrying": z.object({ construct, turn, attempt: z.int(), in_ms: z.number(), reason: z.string() }),
  /** Its calls wait at the gate; a frozen one's processes are stopped as well. */
  "construct.paused": z.object({ construct, how: z.enum(["paused", "frozen"]), why: z.string() }),
  "construct.continued": z.object({ construct }),
  /** The provider has refused its turn, as everybody's: it waits with it. */
  "construct.parked": z.object({ construct, kind: z.enum(accountTroubles), until: z.number().nullable() }),
  /** It begins that turn again, in the same session. */
  "construct.unparked": z.object({ construct }),
  /** Nothing was heard of it for so long. */
  "construct.stalled": z.object({ construct, turn, silent_ms: z.int() }),
  /** So many of the messages that it was told has it begun to read, in their order. */
  "construct.read": z.object({ construct, turn, letters: z.int() }),
  /** Its session could not be taken up again, so it begins its task once more, in a session of its own. */
  "construct.restarted": z.object({ construct, session_id: z.string(), reason: z.string() }),
  /**
   * Its agent was killed, and not by the deck. `early`: before its session was there. `goes_on`: in its session, with another
   * agent; else it ends.
   */
  "construct.agent_died": z.object({
    construct,
    exit: z.string(),
    stderr: z.string(),
    early: z.boolean(),
    goes_on: z.boolean(),
  }),
  /** The end has begun; the first cause stays. `turn`: how its last turn ended, where that is the cause. */
  "construct.ending": z.object({ construct, cause: z.string(), turn: lastTurnSchema.optional() }),
  /** Its process was stopped in the middle of its work, or was killed; it goes on in its session. */
  "construct.suspended": suspendedSchema.extend({ construct }),
  "construct.ended": z.object({ construct, outcome: outcomeSchema }),
  /** The profile of a construct that is about to start is gone: it adopts another one. */
  "profile.replaced": z.object({ construct, profile: z.string(), by: z.string(), reason: z.string() }),
} as const;
