import { inert, oneLine } from "../../../base/text.ts";
import { eventLine } from "../../../protocol/event-line.ts";
import { flatEvent, type DeckEvent } from "../../../protocol/event.ts";
import type { Page } from "../look-up.ts";
import { clip, wrap } from "../../words/width.ts";

/** One event in full, between its neighbours in a line each. */
export interface ShownEvent {
  event: DeckEvent;
  before: readonly DeckEvent[];
  after: readonly DeckEvent[];
}

export function eventPage({ event, before, after }: ShownEvent, since: number, { columns, paint }: Page): string {
  const neighbour = (other: DeckEvent): string => {
    const line = eventLine(other, since, 400);
    return paint("faint", columns === undefined ? line : clip(line, columns));
  };
  const { seq, at, run, source, type } = event;
  const head = `[${seq}] ${type} · ${new Date(at).toISOString()} · ${oneLine(source, 60)} · ${oneLine(run, 60)}`;
  const fields = Object.entries({ ...event.body }).flatMap(([name, value]) => fieldLines(name, value, columns));
  return `${[...before.map(neighbour), paint("strong", head), ...fields, ...after.map(neighbour)].join("\n")}\n`;
}

/** The same as one JSON object: the event flat, as in `events.ndjson`, with its neighbours. */
export const flatShown = ({ event, before, after }: ShownEvent): Record<string, unknown> => ({
  ...flatEvent(event),
  before: before.map(flatEvent),
  after: after.map(flatEvent),
});

function fieldLines(name: string, value: unknown, columns: number | undefined): string[] {
  if (value === null || value === "") return [];
  const text = inert(typeof value === "string" ? value : JSON.stringify(value)).replaceAll("\t", "    ");
  const lines = columns === undefined ? text.split("\n") : wrap(text, Math.max(20, columns - 4));
  const [only = "", ...more] = lines;
  if (more.length === 0) return [`  ${name}: ${only}`];
  return [`  ${name}:`, ...lines.map((line) => `    ${line}`)];
}
