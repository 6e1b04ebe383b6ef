import { z } from "zod";
import { Fault, messageOf } from "../../base/fault.ts";
import { accountHoldSchema } from "../../protocol/account.ts";
import { blacklistEntrySchema } from "../../protocol/blacklist.ts";
import type { Command } from "../../protocol/command.ts";
import { ejectionSchema } from "../../protocol/ejection.ts";
import { hostStatusSchema, hostStopSchema } from "../../protocol/host.ts";
import { runStatuses } from "../../protocol/run-status.ts";
import { holdSchema } from "../../protocol/hold.ts";
import { knownCalibersSchema } from "../../protocol/models.ts";
import { runSettingsSchema, savedSettingsSchema } from "../../protocol/settings.ts";
import { tripwireLineSchema, tripwireTrialSchema } from "../../protocol/tripwire.ts";

/** The version of what is said over the socket. Both sides must have the same: a run's record and commands are part of it. */
export const wireVersion = 1;

/** The longest line that a visitor may send, bytes: a goal, a note, a list of tasks. */
export const requestCap = 1024 * 1024;

/** The longest line that a deck sends, bytes: the view of a large run. */
export const replyCap = 256 * 1024 * 1024;

/** The first line of a deck. */
export const greetingSchema = z.object({ cyberdeck: z.int(), deck: z.string(), pid: z.int() });

/** The first line of a visitor. */
export const helloSchema = z.object({ attach: z.int() });

const id = z.int().min(1);

export const requestSchema = z.discriminatedUnion("method", [
  /** The command is validated on its own, so that a bad one is answered under its id. */
  z.object({ id, method: z.literal("send"), command: z.unknown() }),
  z.object({ id, method: z.literal("snapshot"), run: z.string().optional() }),
  z.object({ id, method: z.literal("follow"), after: z.int().min(0) }),
  /** Ends the follow that was asked for under this id. */
  z.object({ id, method: z.literal("unfollow"), follow: id }),
]);
export type Request = z.infer<typeof requestSchema>;

const faultSchema = z.object({
  kind: z.enum(["usage", "setup", "agent", "refused", "storage", "internal"]),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  facts: z.record(z.string(), z.unknown()),
});

/** An event as it crosses the wire; its body is validated by `parseEvent`. */
const wireEventSchema = z.object({
  seq: z.int(),
  at: z.number(),
  run: z.string(),
  source: z.string(),
  version: z.int(),
  type: z.string(),
  body: z.unknown(),
});

/** What a deck says after its greeting. Without an id, a fault is about the connection, which ends with it. */
export const replySchema = z.union([
  z.object({ id, event: wireEventSchema }),
  z.object({ id: id.nullable(), fault: faultSchema }),
  /** The follow is at its end: the deck has closed, or the visitor wished it. */
  z.object({ id, end: z.literal(true) }),
  /** The deck closes in order. */
  z.object({ bye: z.literal(true) }),
  /** Nothing, where there is nothing to tell, such as the snapshot of a deck without a run. */
  z.object({ id, ok: z.unknown().optional() }),
]);
export type Reply = z.infer<typeof replySchema>;

/** As much of a run's view as decides whether it can be read at all; the rest is the deck's own, of the same version. */
export const viewSchema = z.looseObject({
  run: z.string(),
  status: z.enum(runStatuses),
  settings: runSettingsSchema,
  holds: z.record(z.string(), holdSchema),
  constructs: z.record(z.string(), z.looseObject({ id: z.string(), task: z.string(), state: z.string() })),
});

const settingsReplySchema = z.object({ saved: savedSettingsSchema, run: runSettingsSchema.nullable() });

const runsReplySchema = z.object({
  runs: z.array(z.looseObject({ run: z.string(), status: z.enum(runStatuses) })),
});

/** The replies that are more than an acknowledgement, as far as they are looked into. */
export const answerSchemas: Partial<Record<Command["type"], z.ZodType>> = {
  eject: z.object({ runs: z.array(ejectionSchema.extend({ run: z.string() })) }),
  "construct.kill": z.object({ already: z.string().nullable() }),
  "construct.send": z.object({ delivery: z.enum(["with_task", "next_turn"]) }),
  "construct.interrupt": z.object({ successor: z.string() }),
  "tripwires.list": z.object({ rules: z.array(tripwireLineSchema) }),
  "tripwires.test": tripwireTrialSchema,
  "settings.read": settingsReplySchema,
  "settings.save": settingsReplySchema,
  "run.show": z.object({ view: viewSchema }),
  "account.status": z.object({ hold: accountHoldSchema.nullable() }),
  "account.release": z.object({ hold: accountHoldSchema.nullable() }),
  "blacklist.list": z.object({ entries: z.array(blacklistEntrySchema) }),
  "blacklist.add": z.object({ entry: blacklistEntrySchema }),
  "blacklist.remove": z.object({ entry: blacklistEntrySchema }),
  "calibers.list": knownCalibersSchema,
  "runs.list": runsReplySchema,
  "runs.open": runsReplySchema,
  "goal.edit": z.object({ from: z.string() }),
  "host.status": hostStatusSchema,
  "host.stop": hostStopSchema,
};

/** One message as one line. */
export const wireLine = (message: unknown): string => `${JSON.stringify(message)}\n`;

/** A line as JSON; undefined when it is none. */
export function readLine(line: string): unknown {
  try {
    return JSON.parse(line);
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
