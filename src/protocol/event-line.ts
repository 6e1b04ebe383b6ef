import { clip } from "../base/text.ts";
import type { DeckEvent } from "./event.ts";
import type { Outcome } from "./outcome.ts";
import { showReturned } from "./workspace.ts";

/** The most bytes of one event's line. */
export const lineBytes = 720;

/**
 * Any event in one line, for a reader who asks what has happened: its number, the time since the run opened, whom it is about,
 * its type, its facts. What stands in it came from models and tools: it is inert, and cannot begin a line of its own.
 * @param since when the run was opened, milliseconds since the epoch
 */
export function eventLine(event: DeckEvent, since: number, most = lineBytes): string {
  const { construct, ...facts }: Record<string, unknown> = {
    ...event.body,
    ...(event.type === "workspace.returned" ? { returned: showReturned(event.body.returned) } : {}),
  };
  const who = typeof construct === "string" ? construct : event.source;
  const head = `[${event.seq}] ${elapsed(event.at - since)} ${clip(who, 40)} ${event.type}`;
  return clip(`${head}${factsOf(facts, most)}`, most);
}

/** "+0:03.2", "+1:02:03". */
export function elapsed(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  const seconds = Math.floor(tenths / 10);
  const two = (n: number): string => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `+${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `+${minutes}:${two(seconds % 60)}.${tenths % 10}`;
}

/** An outcome in one line: how it ended first, its last words last. */
export function outcomeFacts(outcome: Outcome): Record<string, unknown> {
  const { state, cause, exit, duration_ms, cost_usd, turns, denials, files, files_missing, refusal, stderr } = outcome;
  const isBad = state !== "done";
  return {
    state,
    cause,
    ...(isBad ? { exit } : {}),
    seconds: Math.round(duration_ms / 100) / 10,
    cost_usd,
    turns,
    ...(denials.length === 0 ? {} : { denied: denials.map(({ tool, input, rule }) => `${tool} ${input} (${rule})`) }),
    ...(files.length === 0 ? {} : { files: files.map(({ path, size }) => `${path} (${size} bytes)`) }),
    ...(files_missing.length === 0 ? {} : { not_on_disk: files_missing }),
    ...(outcome.workspace === null ? {} : { came_back: showReturned(outcome.workspace) }),
    ...(refusal === null ? {} : { model_declined: refusal }),
    ...(isBad && stderr !== "" ? { stderr } : {}),
    result: outcome.result,
  };
}

/** Of no use to a reader: what only ties events together, is told by the line's head, or takes more room than it tells. */
const dull = new Set([
  "call",
  "change",
  "latency_ms",
  "rules",
  "daemon",
  "sha256",
  "command_line",
  "version",
  "raw",
  "inputs",
]);

function factsOf(facts: Record<string, unknown>, most: number): string {
  const { outcome, ...others } = facts;
  const all = isOutcome(outcome) ? { ...others, ...outcomeFacts(outcome) } : facts;
  const shown = Object.entries(all).filter(
    ([name, value]) =>
      !dull.has(name) && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  // A long text must not push the others out.
  const room = Math.max(120, Math.floor(most / Math.max(1, Math.min(3, shown.length))));
  return shown.map(([name, value]) => ` · ${name}: ${clip(show(value), room)}`).join("");
}

const isOutcome = (value: unknown): value is Outcome =>
  typeof value === "object" && value !== null && "cause" in value && "result" in value;

function show(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ");
  return JSON.stringify(value);
}
