import type { z } from "zod";
import { constructEvents } from "./events/construct.ts";
import { daemonEvents } from "./events/daemon.ts";
import { deckEvents } from "./events/deck.ts";
import { gateEvents } from "./events/gate.ts";
import { nodeEvents } from "./events/nodes.ts";
import { runEvents } from "./events/run.ts";
import { watchdogEvents } from "./events/watchdog.ts";
import { turnSchema } from "./turn.ts";

/**
 * The recorded events by type. Past tense: each says what happened. Field names are what stands on disk and in `--json`.
 * To add one: a line in the file of its subject; the folds that must look at it fail to compile until they do.
 */
const bodies = {
  ...runEvents,
  ...daemonEvents,
  ...constructEvents,
  ...gateEvents,
  ...deckEvents,
  ...nodeEvents,
  ...watchdogEvents,
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

/** Whether events of this type bear the number of their agent's turn. */
export function bearsTurn(type: EventType): boolean {
  const { shape } = bodies[type];
  return "turn" in shape && shape.turn === turnSchema;
}

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
