import { z } from "zod";
import { oneLine } from "../../base/text.ts";
import type { Suspended } from "../../protocol/suspended.ts";
import type { DeckEvent, EventBody } from "../../protocol/event.ts";
import type { Denial, Outcome } from "../../protocol/outcome.ts";
import type { Returned } from "../../protocol/workspace.ts";
import { suspendedCause } from "../construct/machine.ts";
import { ending } from "../gate/standing.ts";

/**
 * What the record of a run tells of one construct beyond its view: what is needed to go on with it in the middle of its work, or
 * to say how it has ended.
 */
export interface Trace {
  /** The calls that have no result, by their ids, in order. */
  cut: Map<string, CutCall>;
  /** Paths of writing calls that are under way, by call. */
  writing: Map<string, string>;
  written: Set<string>;
  denials: Denial[];
  tripwires: Outcome["tripwires"];
  lastWords: string;
  lastToolOutput: string;
  model: string | null;
  turns: number;
  /** Its end had begun, for this cause; null: it had not. */
  ending: Pick<EventBody<"construct.ending">, "cause" | "turn"> | null;
  /** A call of it has run without an allow, and the netrunner has not let it go on since. */
  isSuspected: boolean;
  /** How often its agent was killed by somebody else than the deck. */
  deaths: Suspended["deaths"];
  /** The netrunner has paused or frozen it, and not let it go on since. */
  halted: EventBody<"construct.paused"> | null;
  /** The one that goes on in its place, where that was told. */
  isRedirectTold: boolean;
  /** It works in a copy of the workspace on another machine, of which nothing has come back yet; else what came back, if it did. */
  copy: "away" | Returned | null;
  /** What it had begun to read. */
  heard: Suspended["heard"];
  /** Milliseconds of its life until the last of its events, and of those the ones in which it did not wait. */
  livedMs: number;
  workedMs: number;
}

export interface CutCall {
  tool: string;
  input: string;
  /** It waited for the netrunner, so it cannot have run. */
  isHeld: boolean;
}

/**
 * The traces of all constructs of a run, from its events.
 * @param mostGapMs what a silence of a construct counts at most: the wall clock may have jumped, or the machine slept
 */
export function tracesOf(events: Iterable<DeckEvent>, mostGapMs: number): Map<string, Trace> {
  const traces = new Map<string, Trace & Times>();
  const of = (id: string): Trace & Times => {
    const known = traces.get(id) ?? freshTrace();
    traces.set(id, known);
    return known;
  };
  const held = new Map<string, string>();
  for (const event of events) {
    const id = ownerOf(event);
    if (id === undefined) continue;
    const trace = of(id);
    pass(trace, event.at, mostGapMs);
    look(trace, event, held);
  }
  return traces;
}

/** What there is of one that has left no event of its own. */
export const freshTrace = (): Trace & Times => ({
  cut: new Map(),
  writing: new Map(),
  written: new Set(),
  denials: [],
  tripwires: [],
  lastWords: "",
  lastToolOutput: "",
  model: null,
  turns: 0,
  ending: null,
  isSuspected: false,
  deaths: { all: 0, early: 0 },
  halted: null,
  isRedirectTold: false,
  copy: null,
  heard: [],
  unread: [],
  livedMs: 0,
  workedMs: 0,
  isAtWork: false,
  waits: new Set(),
  lastAt: 0,
});

interface Times {
  /** What it has been told and has not begun to read. */
  unread: Suspended["unread"];
  isAtWork: boolean;
  /** What it waits for. */
  waits: Set<string>;
  lastAt: number;
}

const ownerOf = ({ type, body }: DeckEvent): string | undefined => {
  if (type === "agent.used") return body.role === "construct" ? body.agent : undefined;
  return "construct" in body ? body.construct : undefined;
};

function pass(trace: Trace & Times, at: number, mostGapMs: number): void {
  const gap = Math.min(mostGapMs, Math.max(0, at - trace.lastAt));
  trace.lastAt = at;
  if (!trace.isAtWork) return;
  trace.livedMs += gap;
  if (trace.waits.size === 0) trace.workedMs += gap;
}

function look(trace: Trace & Times, event: DeckEvent, held: Map<string, string>): void {
  switch (event.type) {
    case "construct.started":
      Object.assign(trace, { isAtWork: true, waits: new Set(), ending: null, copy: null });
      trace.cut.clear();
      trace.writing.clear();
      break;
    case "workspace.packed":
      trace.copy = "away";
      break;
    case "workspace.returned":
      trace.copy = event.body.returned;
      break;
    case "construct.ready":
      trace.model = event.body.model;
      break;
    case "construct.said":
      if (event.body.text.trim() !== "") trace.lastWords = event.body.text;
      break;
    case "construct.tool_called": {
      const { call, tool, input } = event.body;
      trace.cut.set(call, { tool, input, isHeld: trace.cut.get(call)?.isHeld ?? false });
      const path = writtenPath(tool, input);
      if (path !== undefined) trace.writing.set(call, path);
      break;
    }
    case "construct.tool_returned":
      takeResult(trace, event.body);
      break;
    case "gate.judged":
      judge(trace, event.body);
      break;
    case "hold.opened":
      trace.waits.add(event.body.hold);
      held.set(event.body.hold, event.body.call);
      trace.cut.set(event.body.call, { tool: event.body.tool, input: event.body.input, isHeld: true });
      break;
    case "hold.closed": {
      trace.waits.delete(event.body.hold);
      const call = trace.cut.get(held.get(event.body.hold) ?? "");
      if (call !== undefined) call.isHeld = false;
      break;
    }
    case "construct.paused":
      trace.waits.add(haltedBy(event.source, event.body));
      if (event.source === "netrunner") trace.halted = event.body;
      break;
    case "construct.continued":
      trace.waits.delete(event.source === "netrunner" ? "the netrunner" : "a bound");
      if (event.source === "netrunner") Object.assign(trace, { halted: null, isSuspected: false });
      break;
    case "construct.told":
      trace.unread.push({ text: event.body.text, origin: event.body.origin });
      break;
    case "construct.read":
      trace.heard.push(...trace.unread.splice(0, event.body.letters));
      break;
    case "construct.parked":
      trace.waits.add("the account");
      trace.heard.push(...trace.unread.splice(0));
      trace.cut.clear();
      break;
    case "construct.unparked":
      trace.waits.delete("the account");
      break;
    case "gate.bypassed":
      trace.isSuspected = true;
      break;
    case "tripwire.fired": {
      const { name, severity, found, consequence } = event.body;
      trace.tripwires.push({ name, severity, found, consequence });
      break;
    }
    case "construct.agent_died": {
      const { all, early } = trace.deaths;
      trace.deaths = { all: all + 1, early: early + (event.body.early ? 1 : 0) };
      break;
    }
    case "construct.redirected":
      trace.isRedirectTold = true;
      break;
    case "construct.ending":
      // To be suspended is no end.
      if (event.body.cause !== suspendedCause) trace.ending ??= event.body;
      trace.turns += event.body.turn?.turns ?? 0;
      break;
    case "construct.suspended":
      trace.isAtWork = false;
      // What it had come to was lost with its machine: it goes on.
      trace.ending = null;
      trace.unread = [...event.body.unread];
      trace.heard = [...event.body.heard];
      trace.livedMs = event.body.duration_ms;
      trace.workedMs = event.body.worked_ms;
      break;
    default:
  }
}

/** At a bound its calls wait; everything else is the netrunner's to end. */
const haltedBy = (source: string, { how }: EventBody<"construct.paused">): string =>
  source === "netrunner" || how === "frozen" ? "the netrunner" : "a bound";

function takeResult(trace: Trace, { call, failed, text }: EventBody<"construct.tool_returned">): void {
  const path = trace.writing.get(call);
  trace.writing.delete(call);
  trace.cut.delete(call);
  if (failed) return;
  if (path !== undefined) trace.written.add(path);
  if (text.trim() !== "") trace.lastToolOutput = text;
}

function judge(trace: Trace, { call, tool, input, decision, rule }: EventBody<"gate.judged">): void {
  if (decision === "deny") {
    trace.cut.delete(call);
    if (rule !== ending.rule) trace.denials.push({ tool, input, rule });
    return;
  }
  // The record may have lost the agent's own word of it.
  if (!trace.cut.has(call)) trace.cut.set(call, { tool, input, isHeld: false });
}

/** The calls that were cut off, as a person would read them. */
export const cutLines = ({ cut }: Trace): string[] =>
  Array.from(
    cut.values(),
    ({ tool, input, isHeld }) =>
      `${tool}: ${oneLine(input, 300)}${isHeld ? " (it waited for the netrunner's answer, so it has not run)" : ""}`,
  );

const notebook = z.object({ notebook_path: z.string() });
const file = z.object({ file_path: z.string() });

/** Where a recorded call writes: its input stands on the record as a person would read it. */
function writtenPath(tool: string, input: string): string | undefined {
  if (tool === "Write" || tool === "Edit") return input;
  const schema = tool === "MultiEdit" ? file : tool === "NotebookEdit" ? notebook : undefined;
  if (schema === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(input));
    return parsed.success ? Object.values(parsed.data).find((path) => typeof path === "string") : undefined;
  } catch {
    // Shortened for the record: then the path is not known from it.
    return undefined;
  }
}
