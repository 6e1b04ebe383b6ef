import { oneLine } from "../../../base/text.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import type { Outcome } from "../../../protocol/outcome.ts";
import { counted, money, spell } from "../../words/amounts.ts";
import { narrate } from "../../words/narrate.ts";
import { constructWord } from "../../words/state-word.ts";
import type { Style } from "../../words/style.ts";
import type { Call, CallEntry, Entry } from "./entry.ts";

/** The transcript that the events of one construct make, oldest first. */
export function entriesOf(events: readonly DeckEvent[]): Entry[] {
  const entries: Entry[] = [];
  for (const event of events) add(entries, event);
  return entries;
}

/** The transcript after one more event: another list, in which what is the same is the same object. */
export function withEvent(entries: readonly Entry[], event: DeckEvent): readonly Entry[] {
  const next = [...entries];
  return add(next, event) ? next : entries;
}

/** So many entries back is the call looked for that an event belongs to: those of one turn run beside each other. */
const farthestCall = 200;

/** Adds an event to a list. False: it says nothing that a transcript shows. */
function add(entries: Entry[], event: DeckEvent): boolean {
  const { seq, at } = event;
  const one = { seq, at, events: [event] };
  switch (event.type) {
    case "construct.queued":
      return push(entries, { ...one, kind: "task", text: event.body.task });
    case "construct.said":
      return push(entries, { ...one, kind: "said", text: event.body.text });
    case "construct.thought":
      return push(entries, { ...one, kind: "thought", text: event.body.text });
    case "construct.told":
      return push(entries, { ...one, kind: "told", from: tellers[event.body.origin], text: event.body.text });
    case "construct.ended":
      return push(entries, { ...one, kind: "outcome", ...endOf(event.body.outcome) });
    case "construct.tool_called": {
      const { call, tool, input } = event.body;
      return change(entries, event, call, { tool, input });
    }
    case "construct.tool_returned": {
      const { call, failed, text } = event.body;
      return change(entries, event, call, { result: { failed, text } });
    }
    case "gate.judged": {
      const { call, tool, input, decision, rule, reason } = event.body;
      return decision === "allow" ? false : change(entries, event, call, { denied: { rule, reason } }, { tool, input });
    }
    case "hold.opened": {
      const { call, tool, input, diff, rule, reason } = event.body;
      const diffed = diff === null ? {} : { change: { kind: "diff", text: diff, omitted: 0 } as const };
      const held = { rule, reason, end: null, note: null };
      return change(entries, event, call, { held, ...diffed }, { tool, input });
    }
    case "hold.closed":
      return answered(entries, event);
    case "tripwire.fired": {
      const { call, name, severity, found, message } = event.body;
      const text = `${name} (${severity}): ${found}. ${message}`;
      const hit = call === null ? undefined : findCall(entries, (entry) => entry.call === call);
      if (hit === undefined) return push(entries, noteOf(event, "TRIPWIRE", text));
      return replace(entries, hit, event, { tripwires: [...hit.entry.tripwires, text] });
    }
    default: {
      const telling = narrate(event);
      if (telling === undefined) return false;
      return push(entries, { ...one, kind: "note", word: telling.word, text: telling.text, style: telling.style });
    }
  }
}

function push(entries: Entry[], entry: Entry): true {
  entries.push(entry);
  return true;
}

const noteOf = (event: DeckEvent, word: string, text: string): Entry => ({
  seq: event.seq,
  at: event.at,
  events: [event],
  kind: "note",
  word,
  text,
  style: "warning",
});

/** Puts what an event tells of a call to what is known of it; the call may not have been told of yet. */
function change(
  entries: Entry[],
  event: DeckEvent,
  call: string,
  parts: Partial<Call>,
  unknown: { tool: string; input: string } = { tool: "?", input: "" },
): true {
  const found = findCall(entries, (entry) => entry.call === call);
  if (found !== undefined) return replace(entries, found, event, parts);
  const { seq, at } = event;
  return push(entries, { seq, at, events: [event], kind: "call", call, ...unknown, tripwires: [], ...parts });
}

interface Found {
  index: number;
  entry: CallEntry;
}

function replace(entries: Entry[], { index, entry }: Found, event: DeckEvent, parts: Partial<Call>): true {
  entries[index] = { ...entry, ...parts, events: [...entry.events, event] };
  return true;
}

function findCall(entries: readonly Entry[], isIt: (entry: CallEntry) => boolean): Found | undefined {
  for (let index = entries.length - 1; index >= Math.max(0, entries.length - farthestCall); index -= 1) {
    const entry = entries[index];
    if (entry?.kind === "call" && isIt(entry)) return { index, entry };
  }
  return undefined;
}

function answered(entries: Entry[], event: DeckEvent & { type: "hold.closed" }): boolean {
  const { hold, end, note } = event.body;
  const found = findCall(entries, ({ events }) =>
    events.some((one) => one.type === "hold.opened" && one.body.hold === hold),
  );
  if (found === undefined) return push(entries, noteOf(event, "answered", note === null ? end : `${end}: ${note}`));
  const { held = { rule: "", reason: "" } } = found.entry;
  return replace(entries, found, event, { held: { ...held, end, note } });
}

const tellers = { daemon: "the daemon", netrunner: "you", redirect: "you", deck: "the deck" } as const;

function endOf(outcome: Outcome): { word: string; facts: string; text: string; style: Style } {
  const { glyph, word, style } = constructWord(outcome.state);
  const { files, files_missing, denials } = outcome;
  const facts = [
    outcome.cause,
    spell(outcome.duration_ms),
    money(outcome.cost_usd),
    counted(outcome.turns, "turn"),
    ...(denials.length === 0 ? [] : [`${denials.length} denied`]),
  ].join(" · ");
  const parts = [
    outcome.refusal === null ? "" : `The model declined: ${outcome.refusal}`,
    outcome.result,
    ...files.map(({ path, size }) => `wrote ${path} (${size} bytes)`),
    ...files_missing.map((path) => `wrote ${path}, which is gone`),
    ...denials.map(({ tool, input, rule }) => `denied ${tool} ${oneLine(input, 120)} (${rule})`),
    outcome.stderr,
  ];
  return { word: `${glyph} ${word}`, facts, text: parts.filter((text) => text !== "").join("\n"), style };
}
