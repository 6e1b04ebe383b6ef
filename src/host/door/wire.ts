import { z } from "zod";
import { Fault, messageOf } from "../../base/fault.ts";
import { accountHoldsSchema } from "../../protocol/account.ts";
import { blacklistEntrySchema } from "../../protocol/blacklist.ts";
import type { Command } from "../../protocol/command.ts";
import { ejectionSchema } from "../../protocol/ejection.ts";
import { hostStatusSchema, hostStopSchema } from "../../protocol/host.ts";
import { runStatuses } from "../../protocol/run-status.ts";
import { holdSchema } from "../../protocol/hold.ts";
import { knownCalibersSchema } from "../../protocol/models.ts";
import { drainedNodeSchema, nodesListingSchema } from "../../protocol/nodes.ts";
import { exportedRunSchema, pruningSchema } from "../../protocol/retention.ts";
import { readFileSchema, runFileSchema } from "../../protocol/run-files.ts";
import { runSettingsSchema, savedSettingsSchema } from "../../protocol/settings.ts";
import { askLineSchema } from "../../protocol/watchdog.ts";
import { tripwireLineSchema, tripwireTrialSchema } from "../../protocol/tripwire.ts";

/** The version of what is said at the door. Both sides must have the same: a run's record and commands are part of it. */
export const wireVersion = 3;

/** Carries that version, in each answer and in the requests of our own faces. */
export const wireHeader = "cyberdeck-wire";

/** Names the one deck that is meant, in each answer and in the requests of our own faces: another may have the home by then. */
export const deckHeader = "cyberdeck-deck";

export const wirePaths = {
  commands: "/v1/commands",
  snapshot: "/v1/snapshot",
  events: "/v1/events",
  presence: "/v1/presence",
  version: "/v1/version",
} as const;

/** The longest body that a visitor may send, bytes: a goal, a note, a list of tasks. */
export const requestCap = 1024 * 1024;

/** The longest answer, or event, that a deck sends, bytes: the view of a large run. */
export const replyCap = 256 * 1024 * 1024;

/** Who answers. */
export const greetingSchema = z.object({
  cyberdeck: z.int(),
  /** The deck's version. */
  deck: z.string(),
  pid: z.int(),
  /** This deck and no other one. */
  instance: z.string(),
});
export type Greeting = z.infer<typeof greetingSchema>;

const faultSchema = z.object({
  kind: z.enum(["usage", "setup", "agent", "refused", "storage", "internal"]),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  facts: z.record(z.string(), z.unknown()),
});

export const refusalSchema = z.object({ fault: faultSchema });

/** An event as it crosses the wire; its body is validated by `parseEvent`. */
export const wireEventSchema = z.object({
  seq: z.int(),
  at: z.number(),
  run: z.string(),
  source: z.string(),
  version: z.int(),
  type: z.string(),
  body: z.unknown(),
});

/** Why a stream of events was cut, and after which event to go on. */
export const cutSchema = z.object({ after: z.int().min(0), fault: faultSchema });

/** As much of a run's view as decides whether it can be read at all; the rest is the deck's own, of the same version. */
export const viewSchema = z.looseObject({
  run: z.string(),
  status: z.enum(runStatuses),
  settings: runSettingsSchema,
  holds: z.record(z.string(), holdSchema),
  constructs: z.record(z.string(), z.looseObject({ id: z.string(), task: z.string(), state: z.string() })),
});

/** What a snapshot answers: nothing, where no run is open. */
export const snapshotSchema = z.object({ run: viewSchema.nullable() });

const settingsReplySchema = z.object({ saved: savedSettingsSchema, run: runSettingsSchema.nullable() });

const runsReplySchema = z.object({
  runs: z.array(z.looseObject({ run: z.string(), status: z.enum(runStatuses) })),
});

/** The replies that are more than an acknowledgement, as far as they are looked into. */
export const answerSchemas: Partial<Record<Command["type"], z.ZodType>> = {
  eject: z.object({ runs: z.array(ejectionSchema.extend({ run: z.string() })) }),
  "construct.kill": z.object({ already: z.string().nullable() }),
  "construct.spawn": z.object({ construct: z.string() }),
  "construct.send": z.object({ delivery: z.enum(["with_task", "next_turn"]) }),
  "construct.interrupt": z.object({ successor: z.string() }),
  "tripwires.list": z.object({ rules: z.array(tripwireLineSchema) }),
  "tripwires.test": tripwireTrialSchema,
  "settings.read": settingsReplySchema,
  "settings.save": settingsReplySchema,
  "run.show": z.object({ view: viewSchema }),
  "run.export": exportedRunSchema,
  "runs.prune": pruningSchema,
  "account.status": accountHoldsSchema,
  "account.release": accountHoldsSchema,
  "blacklist.list": z.object({ entries: z.array(blacklistEntrySchema) }),
  "blacklist.add": z.object({ entry: blacklistEntrySchema }),
  "blacklist.remove": z.object({ entry: blacklistEntrySchema }),
  "calibers.list": knownCalibersSchema,
  ask: z.object({ ask: z.string(), run: z.string(), ahead: z.int(), afterSeq: z.int() }),
  "ask.list": z.object({ asks: z.array(askLineSchema) }),
  "ask.history": z.object({ asks: z.array(z.looseObject({ ask: z.string(), run: z.string(), question: z.string() })) }),
  "events.list": z.object({ events: z.array(wireEventSchema), more: z.boolean() }),
  "files.list": z.object({ files: z.array(runFileSchema) }),
  "file.read": readFileSchema,
  "event.show": z.object({
    event: wireEventSchema,
    before: z.array(wireEventSchema),
    after: z.array(wireEventSchema),
  }),
  "runs.list": runsReplySchema,
  "runs.open": runsReplySchema,
  "goal.edit": z.object({ from: z.string() }),
  "secrets.learn": z.object({ known: z.int() }),
  "nodes.list": nodesListingSchema,
  "nodes.drain": drainedNodeSchema,
  "host.status": hostStatusSchema,
  "host.stop": hostStopSchema,
};

/** A text as JSON; undefined when it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever reads it validates by a schema, which `undefined` does not pass.
    return undefined;
  }
}

/** A failure as it crosses the wire: kind, code, message and next step, and the facts that JSON can carry. */
export function wireFault(error: unknown): z.infer<typeof faultSchema> {
  const fault =
    error instanceof Fault
      ? error
      : new Fault("internal", "deck.failed", `the deck failed at this: ${messageOf(error)}`, {
          hint: "This is a defect of Cyberdeck: please report it. The run goes on.",
        });
  const { kind, code, message, hint } = fault;
  return { kind, code, message, ...(hint === undefined ? {} : { hint }), facts: plainFacts(fault.facts) };
}

/** A fault of the other side, thrown here. */
export const faultOf = ({ kind, code, message, hint, facts }: z.infer<typeof faultSchema>): Fault =>
  new Fault(kind, code, message, { facts, ...(hint === undefined ? {} : { hint }) });

function plainFacts(facts: Record<string, unknown>): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(facts)));
  } catch {
    // A circle or a BigInt: the message says what matters.
    return {};
  }
}
