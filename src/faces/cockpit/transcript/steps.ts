import { count } from "../../../base/units.ts";
import { oneLine } from "../../../base/text.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import type { Outcome } from "../../../protocol/outcome.ts";
import { money, spell } from "../../words/amounts.ts";
import { narrate } from "../../words/narrate.ts";
import { constructWord } from "../../words/state-word.ts";
import type { Style } from "../../words/style.ts";
import type { Call, CallStep, Step } from "./step.ts";
import { causeWord } from "../../words/cause-word.ts";
import { showReturned } from "../../../protocol/workspace.ts";

/** The transcript that the events of one construct make, oldest first. */
export function stepsOf(events: readonly DeckEvent[]): Step[] {
  const steps: Step[] = [];
  for (const event of events) add(steps, event);
  return steps;
}

/** The transcript after one more event: another list, in which what is the same is the same object. */
export function withEvent(steps: readonly Step[], event: DeckEvent): readonly Step[] {
  const next = [...steps];
  return add(next, event) ? next : steps;
}

/** So many steps back is the call looked for that an event belongs to: those of one turn run beside each other. */
const farthestCall = 200;

/** Adds an event to a list. False: it says nothing that a transcript shows. */
function add(steps: Step[], event: DeckEvent): boolean {
  const { seq, at } = event;
  const one = { seq, at, events: [event] };
  switch (event.type) {
    case "construct.queued":
      return push(steps, { ...one, kind: "task", text: event.body.task });
    case "construct.said":
      return push(steps, { ...one, kind: "said", text: event.body.text });
    case "construct.thought":
      return push(steps, { ...one, kind: "thought", text: event.body.text });
    case "construct.told":
      return push(steps, { ...one, kind: "told", from: tellers[event.body.origin], text: event.body.text });
    case "construct.ended":
      return push(steps, { ...one, kind: "outcome", ...endOf(event.body.outcome) });
    case "construct.tool_called": {
      const { call, tool, input, change: changed } = event.body;
      return change(steps, event, call, { tool, input, ...(changed === undefined ? {} : { change: changed }) });
    }
    case "construct.tool_returned": {
      const { call, failed, text } = event.body;
      return change(steps, event, call, { result: { failed, text } });
    }
    case "gate.judged": {
      const { call, tool, input, decision, rule, reason } = event.body;
      return decision === "allow" ? false : change(steps, event, call, { denied: { rule, reason } }, { tool, input });
    }
    case "hold.opened": {
      const { call, tool, input, diff, rule, reason } = event.body;
      const diffed = diff === null ? {} : { change: { kind: "diff", text: diff, omitted: 0 } as const };
      const held = { rule, reason, end: null, note: null };
      return change(steps, event, call, { held, ...diffed }, { tool, input });
    }
    case "hold.closed":
      return answered(steps, event);
    case "tripwire.fired": {
      const { call, name, severity, found, message } = event.body;
      const text = `${name} (${severity}): ${found}. ${message}`;
      const hit = call === null ? undefined : findCall(steps, (step) => step.call === call);
      if (hit === undefined) return push(steps, noteOf(event, "TRIPWIRE", text));
      return replace(steps, hit, event, { tripwires: [...hit.step.tripwires, text] });
    }
    default: {
      const telling = narrate(event);
      if (telling === undefined) return false;
      return push(steps, { ...one, kind: "note", word: telling.word, text: telling.text, style: telling.style });
    }
  }
}

function push(steps: Step[], step: Step): true {
  steps.push(step);
  return true;
}

const noteOf = (event: DeckEvent, word: string, text: string): Step => ({
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
  steps: Step[],
  event: DeckEvent,
  call: string,
  parts: Partial<Call>,
  unknown: { tool: string; input: string } = { tool: "a call", input: "(not loaded)" },
): true {
  const found = findCall(steps, (step) => step.call === call);
  if (found !== undefined) return replace(steps, found, event, parts);
  const { seq, at } = event;
  return push(steps, { seq, at, events: [event], kind: "call", call, ...unknown, tripwires: [], ...parts });
}

interface Found {
  index: number;
  step: CallStep;
}

function replace(steps: Step[], { index, step }: Found, event: DeckEvent, parts: Partial<Call>): true {
  steps[index] = { ...step, ...parts, events: [...step.events, event] };
  return true;
}

function findCall(steps: readonly Step[], isIt: (step: CallStep) => boolean): Found | undefined {
  for (let index = steps.length - 1; index >= Math.max(0, steps.length - farthestCall); index -= 1) {
    const step = steps[index];
    if (step?.kind === "call" && isIt(step)) return { index, step };
  }
  return undefined;
}

function answered(steps: Step[], event: DeckEvent & { type: "hold.closed" }): boolean {
  const { hold, call, end, note } = event.body;
  const found = findCall(steps, (step) =>
    call === null
      ? step.events.some((one) => one.type === "hold.opened" && one.body.hold === hold)
      : step.call === call,
  );
  if (found === undefined) return push(steps, noteOf(event, "answered", note === null ? end : `${end}: ${note}`));
  const { held = { rule: "", reason: "" } } = found.step;
  return replace(steps, found, event, { held: { ...held, end, note } });
}

const tellers = { daemon: "the daemon", netrunner: "you", redirect: "you", deck: "the deck" } as const;

function endOf(outcome: Outcome): { word: string; facts: string; text: string; style: Style } {
  const { glyph, word, style } = constructWord(outcome.state);
  const { files, files_missing, denials } = outcome;
  const cause = causeWord(outcome.cause);
  const facts = [
    ...(cause === "" ? [] : [cause]),
    spell(outcome.duration_ms),
    money(outcome.cost_usd),
    count(outcome.turns, "turn"),
    ...(denials.length === 0 ? [] : [`${denials.length} denied`]),
  ].join(" · ");
  const parts = [
    outcome.refusal === null ? "" : `The model declined: ${outcome.refusal}`,
    outcome.result,
    outcome.workspace === null ? "" : `came back: ${showReturned(outcome.workspace)}`,
    ...files.map(({ path, size }) => `wrote ${path} (${size} bytes)`),
    ...files_missing.map((path) => `wrote ${path}, which is gone`),
    ...denials.map(({ tool, input, rule }) => `denied ${tool} ${oneLine(input, 120)} (${rule})`),
    outcome.stderr,
  ];
  return { word: `${glyph} ${word}`, facts, text: parts.filter((text) => text !== "").join("\n"), style };
}
