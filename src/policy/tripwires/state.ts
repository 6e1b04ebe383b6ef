import { printOf, textsIn } from "./input.ts";
import type { CallObservation, Observation } from "./observation.ts";

/** What the tripwires remember of one construct. Plain JSON, bounded, never changed in place. */
export interface TripwireState {
  /** Calls that have not returned yet, the latest last. */
  readonly pending: readonly PendingCall[];
  /** Digests of the latest edits, the latest last. */
  readonly edits: readonly string[];
  /** How often a call has failed since a file was last changed or it last went well. */
  readonly failures: readonly { readonly print: string; readonly times: number }[];
  /** What it had cost when, the latest last. */
  readonly costs: readonly { readonly at: number; readonly usd: number }[];
  /** Digests of what is told only once. */
  readonly told: readonly string[];
  /** Latched rules whose condition holds. */
  readonly latched: readonly string[];
}

export interface PendingCall {
  readonly call: string;
  readonly print: string;
  /** It changes a file, so that a command may go well after it that failed before. */
  readonly changes: boolean;
}

export const freshState: TripwireState = Object.freeze({
  pending: [],
  edits: [],
  failures: [],
  costs: [],
  told: [],
  latched: [],
});

/** The most of each kind that is remembered. */
export const mostRemembered = { pending: 64, edits: 64, failures: 32, costs: 32, told: 64, latched: 64 } as const;

/** The time over which the cost is watched, milliseconds. */
export const costWindow = 5 * 60_000;

/** The state after an observation. */
export function remember(state: TripwireState, observation: Observation): TripwireState {
  switch (observation.kind) {
    case "call":
      return rememberCall(state, observation);
    case "result":
      return rememberResult(state, observation.call, observation.failed);
    case "cost":
      return rememberCost(state, observation.at, observation.usd);
    case "text":
    case "silence":
      return state;
    default:
      // A kind that this version does not know changes nothing.
      return state;
  }
}

/** A list with one more item, without the oldest where it is full. */
export const appended = <T>(list: readonly T[], item: T, most: number): readonly T[] => [...list, item].slice(-most);

/** Whether a tool changes a file by replacing text in it. */
export const isEdit = (tool: string): boolean => editTools.has(tool);

/** The digest of a call: equal when the tool and all of its input are. */
export function callPrint(observation: CallObservation): string {
  const parts = textsIn(observation.input).texts.filter(({ key }) => !spokenFields.has(key));
  return printOf([observation.tool, ...parts.flatMap(({ key, text }) => [key, text.replace(/\s+/g, " ").trim()])]);
}

/** The digest of an edit. White space counts here: it may be all that an edit changes. */
export function editPrint(observation: CallObservation): string {
  const parts = textsIn(observation.input).texts;
  return printOf([observation.tool, ...parts.flatMap(({ key, text }) => [key, text])]);
}

const editTools: ReadonlySet<string> = new Set(["Edit", "MultiEdit", "NotebookEdit"]);

/** Fields that explain a call and do not change what it does. */
const spokenFields: ReadonlySet<string> = new Set(["description"]);

function rememberCall(state: TripwireState, observation: CallObservation): TripwireState {
  const changes = isEdit(observation.tool) || observation.tool === "Write";
  const call: PendingCall = { call: idOf(observation.call), print: callPrint(observation), changes };
  const others = state.pending.filter((other) => other.call !== call.call);
  return {
    ...state,
    pending: appended(others, call, mostRemembered.pending),
    edits: isEdit(observation.tool) ? appended(state.edits, editPrint(observation), mostRemembered.edits) : state.edits,
  };
}

function rememberResult(state: TripwireState, id: string, failed: boolean): TripwireState {
  const call = state.pending.find((other) => other.call === idOf(id));
  if (call === undefined) return state;
  const pending = state.pending.filter((other) => other !== call);
  if (!failed && call.changes) return { ...state, pending, failures: [] };
  const others = state.failures.filter((failure) => failure.print !== call.print);
  if (!failed) return { ...state, pending, failures: others };
  const times = (state.failures.find((failure) => failure.print === call.print)?.times ?? 0) + 1;
  return { ...state, pending, failures: appended(others, { print: call.print, times }, mostRemembered.failures) };
}

function rememberCost(state: TripwireState, at: number, usd: number): TripwireState {
  if (!Number.isFinite(at) || !Number.isFinite(usd)) return state;
  const last = state.costs.at(-1);
  const sample = { at, usd };
  // A resumed session counts from zero again, and a wall clock can be set back: neither says anything about a slope.
  if (last !== undefined && (usd < last.usd || at < last.at)) return { ...state, costs: [sample] };
  const before = state.costs.at(-2);
  // Samples that come thick are thinned, so that the list covers the whole window: the latest replaces its neighbour.
  const thick = before !== undefined && last !== undefined && last.at - before.at < costWindow / 16;
  const kept = (thick ? state.costs.slice(0, -1) : state.costs).filter((other) => at - other.at <= costWindow);
  return { ...state, costs: appended(kept.length === 0 && last ? [last] : kept, sample, mostRemembered.costs) };
}

/** Ids are remembered, so a hostile one must not be long. */
const idOf = (id: string): string => id.slice(0, 200);
