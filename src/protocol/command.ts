import { z } from "zod";
import { caliberSchema } from "./caliber.ts";
import { isEventType, type EventType } from "./event.ts";
import { mostListed } from "./event-page.ts";
import { holdAnswerSchema } from "./hold.ts";
import { placeAskSchema } from "./place.ts";
import { changedSettingsSchema, liveSettingsSchema, savedSettingsSchema } from "./settings.ts";

/** Of the open runs, the one that a command is about; it need not be named where only one is open. */
const run = z.string().optional();

const eventType = z.custom<EventType>((type) => typeof type === "string" && isEventType(type), {
  error: "there is no such type of event",
});

/** What a face may ask of the deck. Commands are data; each has one reply, or is refused with a fault. */
export const commandSchema = z.discriminatedUnion("type", [
  /** Opens a run for a goal and starts its daemon. Reply: the run's id and folder. */
  z.object({
    type: z.literal("goal.set"),
    goal: z.string().trim().min(1),
    /** What is not given is what the home keeps, or what is built in. */
    settings: changedSettingsSchema.default({}),
    command_line: z.array(z.string()).default([]),
  }),
  /** Opens a run without a daemon. */
  z.object({
    type: z.literal("spawn"),
    tasks: z.array(z.string().trim().min(1)).min(1),
    /** Starts them although the blacklist forbids one, or may. */
    override_blacklist: z.boolean().optional(),
    /** What is not given is what the home keeps, or what is built in. */
    settings: changedSettingsSchema.default({}),
    command_line: z.array(z.string()).default([]),
  }),
  /** Reopens a run from its log; `say` is delivered to the daemon. */
  z.object({
    type: z.literal("run.resume"),
    run: z.string(),
    say: z.string().trim().min(1).optional(),
    /** Bounds that the netrunner has changed. */
    settings: changedSettingsSchema.optional(),
    command_line: z.array(z.string()),
  }),
  /** A message of the netrunner to the daemon. */
  z.object({ type: z.literal("say"), run, text: z.string().trim().min(1) }),
  /** Another goal for an open run. */
  z.object({ type: z.literal("goal.edit"), run, goal: z.string().trim().min(1) }),
  /** Ends an open run. Graceful: constructs get the time to end; with `force` they are killed at once. */
  z.object({
    type: z.literal("stop"),
    run,
    status: z.enum(["stopped", "waiting", "paused"]),
    reason: z.string(),
    force: z.boolean(),
  }),
  /** Stops everything at once, proves that nothing is left, and keeps a snapshot: of one run, or of all that are open. */
  z.object({ type: z.literal("eject"), run, reason: z.string() }),
  /** The netrunner's answer to a held call; a note is told to the model. */
  z.object({
    type: z.literal("hold.answer"),
    hold: z.string(),
    answer: holdAnswerSchema,
    note: z.string().trim().min(1).optional(),
  }),
  /** Ends one construct at once: its next call is denied, and everything that it started is killed. */
  z.object({
    type: z.literal("construct.kill"),
    construct: z.string(),
    /** Forbids its task as well. */
    blacklist: z.boolean().optional(),
  }),
  /** Starts one more construct in an open run, in its turn. What is left out is as for the run's others. */
  z.object({
    type: z.literal("construct.spawn"),
    run,
    task: z.string().trim().min(1),
    profile: z.string().min(1).optional(),
    caliber: caliberSchema.partial().optional(),
    /** Left out: all that there are. */
    plugins: z.array(z.string()).optional(),
    /** Where it runs; left out: as the run's others. */
    on: placeAskSchema.optional(),
    /** Ids of constructs of this run that must end well before it starts. */
    after: z.array(z.string()).optional(),
    /** Starts it although the blacklist forbids it, or may. */
    override_blacklist: z.boolean().optional(),
  }),
  /** Has a construct that waits for its start do so before another one, or behind all of them. */
  z.object({ type: z.literal("queue.move"), construct: z.string(), before: z.string().nullable() }),
  /** Ends a construct that waits for its start; one that has started is not touched. */
  z.object({ type: z.literal("queue.cancel"), construct: z.string() }),
  /** Has a construct's calls wait; with `freeze`, its processes are stopped too. */
  z.object({ type: z.literal("construct.pause"), construct: z.string(), freeze: z.boolean() }),
  z.object({ type: z.literal("construct.continue"), construct: z.string() }),
  /** Tells a construct something: with its task, or at its next turn boundary. */
  z.object({ type: z.literal("construct.send"), construct: z.string(), text: z.string().trim().min(1) }),
  /** Stops what a construct does, at once; a new one goes on in its session with this instruction. */
  z.object({ type: z.literal("construct.interrupt"), construct: z.string(), text: z.string().trim().min(1) }),
  /** Changes settings of an open run; they hold from the next call or start on. */
  z.object({ type: z.literal("settings.change"), run, settings: liveSettingsSchema }),
  /** The netrunner's answer at a bound: a new one, or without it as much again; or the end of what waits. */
  z.object({
    type: z.literal("bound.answer"),
    item: z.string(),
    answer: z.enum(["raise", "end"]),
    to: z.number().min(0).optional(),
  }),
  /** What the home has of its own, and what holds for an open run. */
  z.object({ type: z.literal("settings.read"), run }),
  /** Keeps settings for later runs; for an open one, `settings.change` is. */
  z.object({ type: z.literal("settings.save"), run, set: savedSettingsSchema, unset: z.array(z.string()) }),
  /** What holds all agents up. */
  z.object({ type: z.literal("account.status") }),
  /** Lets agents begin again, one by one, whatever held them up. */
  z.object({ type: z.literal("account.release") }),
  z.object({ type: z.literal("blacklist.list") }),
  /** Forbids work in this home, for whoever asks for it. */
  z.object({ type: z.literal("blacklist.add"), task: z.string().trim().min(1), reason: z.string() }),
  z.object({ type: z.literal("blacklist.remove"), id: z.string() }),
  /** Lets exactly this task through in an open run. */
  z.object({ type: z.literal("blacklist.allow"), run, task: z.string().trim().min(1) }),
  /** The tripwires that there are: the shipped ones, and those of an open run's goal. */
  z.object({ type: z.literal("tripwires.list"), run }),
  /** Which of them would fire on a call. Nothing runs. */
  z.object({ type: z.literal("tripwires.test"), run, tool: z.string().min(1), input: z.unknown() }),
  /** Mutes a tripwire, or lets it fire again. A critical one is muted only when that is confirmed. */
  z.object({
    type: z.literal("tripwires.mute"),
    run,
    name: z.string().trim().min(1),
    muted: z.boolean(),
    confirmed: z.boolean(),
  }),
  /** The models that the agent can run; with `refresh`, it is asked anew. */
  z.object({ type: z.literal("calibers.list"), refresh: z.boolean() }),
  /** Asks the watchdog about a run, or about one construct of it. `anyway`: also beyond a bound. Its answer is an event. */
  z.object({
    type: z.literal("ask"),
    question: z.string().trim().min(1).max(16_384),
    run: z.string().optional(),
    construct: z.string().optional(),
    anyway: z.boolean().optional(),
  }),
  /** Takes a question back that waits or is being answered. */
  z.object({ type: z.literal("ask.cancel"), ask: z.string() }),
  /** The questions that wait or are being answered. */
  z.object({ type: z.literal("ask.list") }),
  /** The questions on record, of one run or of all. */
  z.object({ type: z.literal("ask.history"), run: z.string().optional() }),
  /**
   * Recorded events of a run, or of one construct of it, oldest first: with `after`, the first ones after that number; without,
   * the latest ones, or those before `before`.
   */
  z.object({
    type: z.literal("events.list"),
    run: z.string(),
    construct: z.string().optional(),
    before: z.int().min(1).optional(),
    after: z.int().min(0).optional(),
    limit: z.int().min(1).max(mostListed),
    types: z.array(eventType).min(1).optional(),
  }),
  /** The files that constructs of a run have written or shown. */
  z.object({ type: z.literal("files.list"), run: z.string() }),
  /** What is in a file of a run: in its workspace or folder, or named by one of its constructs. Relative to the workspace. */
  z.object({ type: z.literal("file.read"), run: z.string(), path: z.string().min(1).max(4096) }),
  /** One event of a run with its neighbours. */
  z.object({ type: z.literal("event.show"), run: z.string(), seq: z.int().min(1) }),
  z.object({ type: z.literal("runs.list") }),
  /** What the deck says of itself: its process, its versions, its runs, its faces. */
  z.object({ type: z.literal("host.status") }),
  /**
   * Values of the face's environment that must not be written anywhere; the deck keeps them in memory alone. They are the face's, which may
   * have other ones than the deck.
   */
  z.object({ type: z.literal("secrets.learn"), values: z.array(z.string().min(1).max(65_536)).max(1000) }),
  /** The machines on which constructs may run besides this one. */
  z.object({ type: z.literal("nodes.list") }),
  /** Has a node take no more work, or take work again. What is at work on it goes on. */
  z.object({ type: z.literal("nodes.drain"), name: z.string().min(1).max(64), draining: z.boolean() }),
  /** Ends the open runs, proves that nothing of them is left, and then the deck itself. */
  z.object({ type: z.literal("host.stop") }),
  /** The runs that are open in this deck, oldest first. */
  z.object({ type: z.literal("runs.open") }),
  z.object({ type: z.literal("run.show"), run: z.string() }),
  /** Puts all that is kept of a run into one archive; a file that is there is never written over. `to` is absolute. */
  z.object({ type: z.literal("run.export"), run: z.string(), to: z.string().min(1) }),
  /**
   * Removes closed runs from the home: those whose last event is older than so many milliseconds, but never the `keep` newest
   * ones. Without `apply` nothing is removed, and the reply says what would be.
   */
  z.object({
    type: z.literal("runs.prune"),
    older_than_ms: z.number().min(0),
    keep: z.int().min(0),
    apply: z.boolean(),
  }),
]);
export type Command = z.infer<typeof commandSchema>;

/** The commands that may name one of the open runs. */
export const runCommands = [
  "say",
  "goal.edit",
  "stop",
  "eject",
  "settings.change",
  "settings.read",
  "settings.save",
  "construct.spawn",
  "blacklist.allow",
  "tripwires.list",
  "tripwires.test",
  "tripwires.mute",
] as const satisfies readonly Command["type"][];
