import { z } from "zod";
import { accountHoldSchema, accountReleases, accountTroubles } from "./account.ts";
import { actionSchema, daemonStatuses } from "./action.ts";
import { attentionEnds, attentionSchema } from "./attention.ts";
import { blacklistEntrySchema } from "./blacklist.ts";
import { boundSchema, constructBounds } from "./bound.ts";
import { caliberSchema } from "./caliber.ts";
import { catalogueChangeSchema, refusedEntrySchema } from "./catalogue.ts";
import { ejectionSchema } from "./ejection.ts";
import { holdEnds, holdSchema } from "./hold.ts";
import { denialSchema, endStates, fileSchema, origins, outcomeSchema, tellers, tokensSchema } from "./outcome.ts";
import { roles } from "./spent.ts";
import { modelOrigins } from "./models.ts";
import { poolEnds, poolMisses } from "./pool.ts";
import { liveSettingsSchema, runSettingsSchema } from "./settings.ts";
import { surfacedSchema } from "./surfaced.ts";
import { suspendedSchema } from "./suspended.ts";
import { authoredRecordSchema, tripwireFiredSchema } from "./tripwire.ts";
import { decisions } from "./verdict.ts";

/** How a run stands. `waiting`: for the netrunner's answer; `paused`: at a bound; `stopped`: by the netrunner. */
export const runStatuses = ["running", "waiting", "paused", "done", "failed", "stopped"] as const;
export type RunStatus = (typeof runStatuses)[number];

/** One line of the closing record about a construct. */
export const constructLineSchema = z.object({
  id: z.string(),
  task: z.string(),
  state: z.enum([...endStates, "queued", "suspended", "running"]),
  cause: z.string(),
  files: z.array(fileSchema),
  denials: z.array(denialSchema),
});
export type ConstructLine = z.infer<typeof constructLineSchema>;

const construct = z.string();
const daemon = z.string();

/**
 * The recorded events by type. Past tense: each says what happened. Field names are what stands on disk and in `--json`.
 * To add one: a line here; the folds that must look at it fail to compile until they do.
 */
const bodies = {
  "run.opened": z.object({
    kind: z.enum(["goal", "tasks"]),
    workspace: z.string(),
    folder: z.string(),
    settings: runSettingsSchema,
    /** Version of the deck that wrote the run. */
    deck: z.string(),
    command_line: z.array(z.string()),
  }),
  "run.resumed": z.object({ settings: runSettingsSchema, deck: z.string(), command_line: z.array(z.string()) }),
  /** Whether the operating system's wall stands around the run's constructs. */
  "sandbox.chosen": z.object({ mode: z.enum(["wall", "none"]), why: z.string() }),
  /** The models that there are in this run, and how that is known. */
  "calibers.known": z.object({
    from: z.enum(modelOrigins),
    version: z.string().nullable(),
    models: z.array(z.string()),
  }),
  "settings.changed": z.object({ settings: liveSettingsSchema }),
  /** The daemon waits for the netrunner: `question` is what it said. */
  "run.waiting": z.object({ question: z.string() }),
  "run.paused": z.object({ rule: z.string(), reason: z.string() }),
  /** There is room again at the bound by whose rule the run was paused. */
  "run.continued": z.object({ rule: z.string() }),
  /** Of one construct, or of the run. What would go beyond it waits; nothing is ended. */
  "bound.reached": boundSchema.extend({ construct: construct.optional() }),
  /** The netrunner has raised a bound for one construct alone. */
  "bound.raised": z.object({ construct, which: z.enum(constructBounds), from: z.number(), to: z.number() }),
  "run.closed": z.object({
    status: z.enum(runStatuses),
    reason: z.string(),
    folder: z.string(),
    duration_ms: z.number(),
    cost_usd: z.number(),
    constructs: z.array(constructLineSchema),
  }),
  /** The netrunner stops everything at once. */
  "run.ejecting": z.object({ reason: z.string() }),
  /** Everything is stopped, or it is said what is not. */
  "run.ejected": ejectionSchema,
  "goal.set": z.object({ goal: z.string() }),
  "netrunner.said": z.object({ text: z.string() }),

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
  /** The model's turn is over. Only a valid one has conveyed its inputs; the others are sent again. */
  "daemon.turn_ended": z.object({
    daemon,
    turn: z.int(),
    valid: z.boolean(),
    cost_usd: z.number(),
    tokens_out: z.int(),
    duration_ms: z.number(),
  }),
  "daemon.thinking": z.object({ daemon, text: z.string() }),
  "daemon.chat": z.object({ daemon, text: z.string() }),
  "daemon.action": z.object({ daemon, action: actionSchema }),
  "daemon.action_rejected": z.object({ daemon, position: z.int(), item: z.string(), problem: z.string() }),
  /** `respawn`: the process was given up and the next turn starts a fresh one with its memory. */
  "daemon.status": z.object({ daemon, status: z.enum([...daemonStatuses, "respawn"]) }),
  "daemon.error": z.object({ daemon, code: z.string(), message: z.string() }),
  /** A reply that held no valid action block, as it came. */
  "daemon.raw": z.object({ daemon, text: z.string() }),
  /** Part of a full result that the daemon asked for. */
  "daemon.read": z.object({ daemon, construct, part: z.int() }),
  "daemon.ended": z.object({ daemon, exit: z.string(), proven: z.boolean() }),

  "spawn.refused": z.object({ task: z.string(), origin: z.enum(origins), rule: z.string(), reason: z.string() }),
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
  }),
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
  "construct.started": z.object({ construct, pid: z.int(), command: z.string() }),
  "construct.ready": z.object({ construct, session_id: z.string(), model: z.string() }),
  "construct.said": z.object({ construct, text: z.string() }),
  "construct.thought": z.object({ construct, text: z.string() }),
  "construct.told": z.object({ construct, text: z.string(), origin: z.enum(tellers) }),
  /** It has ended before it had read this message. */
  "construct.unread": z.object({ construct, text: z.string(), origin: z.enum(tellers) }),
  /** The netrunner has stopped what it did: `successor` goes on in its session, with this instruction. */
  "construct.redirected": z.object({ construct, successor: z.string(), text: z.string() }),
  /** `input` is shortened for the record; the transcript has all of it. */
  "construct.tool_called": z.object({ construct, call: z.string(), tool: z.string(), input: z.string() }),
  "construct.tool_returned": z.object({ construct, call: z.string(), failed: z.boolean(), text: z.string() }),
  /** It has shown something to the netrunner. */
  "construct.surfaced": surfacedSchema.extend({ construct }),
  /** It calls a plugin through the bridge. */
  "plugin.called": z.object({ construct, call: z.string(), plugin: z.string(), args: z.string() }),
  /** `exit`: "code 0", "signal SIGTERM", or that nobody told. */
  "plugin.ended": z.object({
    construct,
    call: z.string(),
    plugin: z.string(),
    exit: z.string(),
    bytes: z.int(),
    duration_ms: z.number(),
  }),
  /** A server of tools that it was to have did not start: it works without. */
  "plugin.failed": z.object({ construct, plugin: z.string() }),
  /** It asked the bridge for what it may not have. */
  "plugin.refused": z.object({ construct, plugin: z.string(), rule: z.string(), reason: z.string() }),
  "construct.retrying": z.object({ construct, attempt: z.int(), in_ms: z.number(), reason: z.string() }),
  /** Its calls wait at the gate; a frozen one's processes are stopped as well. */
  "construct.paused": z.object({ construct, how: z.enum(["paused", "frozen"]), why: z.string() }),
  "construct.continued": z.object({ construct }),
  /** The provider has refused its turn, as everybody's: it waits with it. */
  "construct.parked": z.object({ construct, kind: z.enum(accountTroubles), until: z.number().nullable() }),
  /** It begins that turn again, in the same session. */
  "construct.unparked": z.object({ construct }),
  /** Nothing was heard of it for so long. */
  "construct.stalled": z.object({ construct, silent_ms: z.int() }),
  /** The end has begun; the first cause stays. */
  "construct.ending": z.object({ construct, cause: z.string() }),
  /** Its process was stopped in the middle of its work; it goes on in its session when the run does. */
  "construct.suspended": suspendedSchema.extend({ construct }),
  "construct.ended": z.object({ construct, outcome: outcomeSchema }),
  "gate.judged": z.object({
    construct,
    call: z.string(),
    tool: z.string(),
    input: z.string(),
    decision: z.enum(decisions),
    rule: z.string(),
    /** Every rule that gave this answer; more than one where the gate had several reasons. */
    rules: z.array(z.string()).default([]),
    reason: z.string(),
    latency_ms: z.number(),
    /** Set when a sub-agent of the construct made the call. */
    subagent: z.string().optional(),
  }),
  /** A call has run without an allow of ours: the gate does not hold in this agent, so the construct is frozen. */
  "gate.bypassed": z.object({ construct, call: z.string(), tool: z.string() }),
  /** The gate was tried in the agent: a forbidden call came back denied, at top level and in a sub-agent. */
  "canary.passed": z.object({ agent: z.string(), version: z.string(), duration_ms: z.number() }),
  /** It did not: no construct starts. */
  "canary.failed": z.object({ agent: z.string(), version: z.string(), problem: z.string() }),
  /** A call waits for the netrunner. */
  "hold.opened": holdSchema,
  "hold.closed": z.object({ construct, hold: z.string(), end: z.enum(holdEnds), note: z.string().nullable() }),
  /** The policy file is in force as it stands: at the start of a run, and after each good edit. */
  "policy.loaded": z.object({
    path: z.string(),
    /** Names of the rules that it changes or adds. */
    rules: z.array(z.string()),
    /** How many entries its lists have. */
    entries: z.int(),
  }),
  /** The policy file has been changed and is wrong: the policy before it stays in force. */
  "policy.refused": z.object({ path: z.string(), problem: z.string() }),
  /** The policy file is gone: the tiers are as they were shipped. */
  "policy.removed": z.object({ path: z.string() }),
  /** An entry of a catalogue is there, is another or is gone: it holds for the next spawn. */
  "catalogue.changed": catalogueChangeSchema,
  /** An entry of a catalogue is wrong: its last good version stays in force, if there was one. */
  "catalogue.refused": refusedEntrySchema,
  /** The profile of a construct that is about to start is gone: it adopts another one. */
  "profile.replaced": z.object({ construct, profile: z.string(), by: z.string(), reason: z.string() }),
  /** Something waits for the netrunner. */
  "attention.raised": attentionSchema,
  "attention.closed": z.object({ item: z.string(), how: z.enum(attentionEnds) }),
  "tripwire.fired": tripwireFiredSchema,
  /** The netrunner does not want to hear of this tripwire, or does again. */
  "tripwire.muted": z.object({ name: z.string(), muted: z.boolean() }),
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
  /**
   * What one model request of an agent (construct, daemon, author) has used. With `requests` 0, a correction at the end of a
   * turn: the agent's own total is what counts, and the sum of the earlier estimates was off by so much.
   */
  "agent.used": z.object({
    agent: z.string(),
    role: z.enum(roles),
    model: z.string(),
    requests: z.int().min(0),
    cost_usd: z.number(),
    tokens: tokensSchema,
  }),
  /** What the provider says of the usage limit. */
  "account.limited": z.object({ status: z.string(), resets_at: z.number().nullable() }),
  /** Nothing begins any more in this deck. It is told again when the time of the next try changes. */
  "account.held": accountHoldSchema,
  "account.released": z.object({ kind: z.enum(accountTroubles), how: z.enum(accountReleases), held_ms: z.number() }),
  /** Something that came from an agent and that this version does not know. Kept, so that nothing is lost. */
  "agent.unknown": z.object({ agent: z.string(), kind: z.string(), raw: z.string() }),
  "deck.warned": z.object({ code: z.string(), message: z.string() }),
} as const;

export type EventType = keyof typeof bodies;
export type EventBody<T extends EventType> = z.infer<(typeof bodies)[T]>;

/** An event that is about to be recorded: what happened, to which run, who says so. */
export type EventDraft = { [T in EventType]: { type: T; run: string; source: string; body: EventBody<T> } }[EventType];

/** A recorded event. `seq` is unique and rising within a home, `at` is milliseconds since the epoch. */
export type DeckEvent = EventDraft & { seq: number; at: number; version: number };

/** The version of the record's shape that this code writes. */
export const eventVersion = 1;

export const isEventType = (type: string): type is EventType => Object.hasOwn(bodies, type);

/** An event as it stands on disk or comes from another process, before its body has been looked at. */
export type RawEvent = Omit<DeckEvent, "type" | "body"> & { type: string; body: unknown };

/** Validates a body. What this version does not know, or cannot read, is kept as `agent.unknown`. */
export function parseEvent(raw: RawEvent): DeckEvent {
  if (!isEventType(raw.type)) return unknownEvent(raw);
  const body = bodies[raw.type].safeParse(raw.body);
  if (!body.success) return unknownEvent(raw);
  // The schema that was chosen by `type` has just validated `body`: the pair is one member of the union.
  return { ...raw, body: body.data } as DeckEvent;
}

function unknownEvent(raw: RawEvent): DeckEvent {
  const { type, body, ...envelope } = raw;
  return {
    ...envelope,
    type: "agent.unknown",
    body: { agent: raw.source, kind: type, raw: JSON.stringify(body) ?? "undefined" },
  };
}

/** An event as one flat JSON object, the shape of `events.ndjson` and of `--json`. */
export function flatEvent(event: DeckEvent): Record<string, unknown> {
  const { body, ...envelope } = event;
  return {
    type: envelope.type,
    seq: envelope.seq,
    at: envelope.at,
    run: envelope.run,
    source: envelope.source,
    version: envelope.version,
    ...body,
  };
}
