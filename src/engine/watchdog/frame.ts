import { clip } from "../../base/text.ts";
import { count, showCost, showDuration } from "../../base/units.ts";
import { showCaliber } from "../../protocol/caliber.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import { elapsed } from "../../protocol/event-line.ts";
import { tokenSum } from "../../protocol/spent.ts";
import { isEnded, spentByRole, spentOf, type ConstructView, type RunView } from "../../protocol/view.ts";

/** A line of what the watchdog is shown; `seq` is what it is cited by. */
export interface RecordLine {
  seq: number | null;
  text: string;
}

export interface FrameParts {
  view: RunView;
  /** The events that the view was made of. */
  outline: readonly DeckEvent[];
  /** Constructs that the question is about. */
  about: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * How the run stands, whatever was asked: status, costs, goal, what waits for the netrunner, and each construct, those that the
 * question is about first, then those at work, then those that ended badly. Pure. Never more than `limit` bytes, except for
 * the first three lines.
 */
export function frameLines(parts: FrameParts, limit: number): RecordLine[] {
  const { view, outline } = parts;
  const seqs = placesOf(outline);
  const lines: RecordLine[] = [
    { seq: seqs.run, text: headLine(parts) },
    { seq: seqs.used, text: costLine(view) },
    { seq: seqs.goal, text: clip(`GOAL: ${view.goal === "" ? "none: tasks without a daemon" : view.goal}`, 1200) },
  ];
  const constructs = ranked(parts);
  const optional: RecordLine[] = [
    ...waitingLines(view, seqs),
    ...(view.daemon.lastChat === ""
      ? []
      : [{ seq: seqs.chat, text: clip(`THE DAEMON SAID LAST: ${view.daemon.lastChat}`, 600) }]),
    ...constructs.map((construct) => constructLine(construct, seqs, parts)),
  ];
  let used = bytesOf(lines);
  let shown = 0;
  for (const line of optional) {
    const bytes = bytesOf([line]);
    if (used + bytes > limit - restBytes) break;
    lines.push(line);
    used += bytes;
    shown += 1;
  }
  const rest = constructs.slice(Math.max(0, shown - (optional.length - constructs.length)));
  if (rest.length > 0) lines.push({ seq: null, text: restLine(rest) });
  return lines;
}

/** A line of text with its number, as the watchdog is shown it. */
export const showLine = ({ seq, text }: RecordLine): string => (seq === null ? text : `[${seq}] ${text}`);

/** The bytes that lines take, each with its line feed. */
export const bytesOf = (lines: readonly RecordLine[]): number =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(showLine(line)) + 1, 0);

/** Kept for the line that counts what is not shown. */
const restBytes = 200;

interface Places {
  run: number | null;
  used: number | null;
  goal: number | null;
  chat: number | null;
  items: Map<string, number>;
  constructs: Map<string, number>;
}

/** By which events the lines of the frame are cited: the last one that made each of them what it is. */
function placesOf(outline: readonly DeckEvent[]): Places {
  const places: Places = { run: null, used: null, goal: null, chat: null, items: new Map(), constructs: new Map() };
  for (const event of outline) {
    const { seq } = event;
    if (event.type === "agent.used") places.used = Math.max(seq, places.used ?? 0);
    else if (event.type === "goal.set") places.goal = seq;
    else if (event.type === "daemon.chat") places.chat = seq;
    else if (event.type === "attention.raised") places.items.set(event.body.item, seq);
    else if (event.type === "hold.opened") places.items.set(event.body.hold, seq);
    else if (/^run\.(?:opened|resumed|waiting|paused|continued|closed)$/.test(event.type)) places.run = seq;
    else if ("construct" in event.body && typeof event.body.construct === "string" && isStep.test(event.type))
      places.constructs.set(event.body.construct, seq);
  }
  return places;
}

/** The events by which a construct comes into another state. */
const isStep =
  /^construct\.(?:queued|started|ready|paused|continued|parked|unparked|suspended|ending|ended|redirected)$/;

function headLine({ view, now }: FrameParts): string {
  const { status, reason, kind, closedAt, openedAt, settings } = view;
  const times =
    closedAt === null
      ? `opened ${new Date(openedAt).toISOString()}, it is ${elapsed(now - openedAt)} now`
      : `opened ${new Date(openedAt).toISOString()}, closed at ${elapsed(closedAt - openedAt)}`;
  const why = reason === "" ? "" : `: ${clip(reason, 300)}`;
  const offline = settings.offline ? " · offline: the model is scripted" : "";
  return clip(
    `RUN ${view.run} (${kind}) · status ${status}${why} · ${times} · brake ${settings.brake}${offline} · workspace ${view.workspace}`,
    1000,
  );
}

function costLine(view: RunView): string {
  const all = spentOf(view);
  const roles = Object.entries(spentByRole(view)).map(([role, { costUsd }]) => `${role} ${showCost(costUsd)}`);
  const requests = count(all.requests, "model request");
  return `COST so far: ${showCost(all.costUsd)} in all (${roles.join(", ")}) · ${requests} · ${count(tokenSum(all.tokens), "token")}`;
}

function waitingLines(view: RunView, { items, run }: Places): RecordLine[] {
  const holds = Object.values(view.holds).map(({ hold, construct, tool, input, rule }) => ({
    seq: items.get(hold) ?? null,
    text: clip(`WAITS FOR THE NETRUNNER: ${construct} wants ${tool} ${input} (${rule})`, 400),
  }));
  const others = Object.values(view.attention).map(({ item, construct, kind, text, next }) => ({
    seq: items.get(item) ?? null,
    text: clip(`NEEDS THE NETRUNNER (${kind}): ${construct ?? "the run"}: ${text} ${next}`, 400),
  }));
  const account = view.account === null ? [] : [{ seq: run, text: clip(`ACCOUNT HELD: ${view.account.reason}`, 300) }];
  return [...holds, ...others, ...account];
}

/** Those asked about first, then those at work, then those that ended badly, then the rest; the newest first among equals. */
function ranked({ view, about }: FrameParts): ConstructView[] {
  const rank = (one: ConstructView): number =>
    about.includes(one.id) ? 0 : !isEnded(one) ? 1 : one.outcome?.state === "done" ? 3 : 2;
  return Object.values(view.constructs)
    .toReversed()
    .toSorted((one, other) => rank(one) - rank(other));
}

function constructLine(one: ConstructView, places: Places, { view, about }: FrameParts): RecordLine {
  const isMeant = about.includes(one.id);
  const { outcome } = one;
  const cause = outcome === null || outcome.cause === "result" ? "" : ` (${outcome.cause})`;
  const begun = one.startedAt === null ? "" : ` · started ${elapsed(one.startedAt - view.openedAt)}`;
  const facts = [
    `${one.id} ${one.state}${cause} · ${showCaliber(one.caliber)} · ${showCost(one.costUsd)}${begun}`,
    ...(outcome === null ? [] : [`took ${showDuration(outcome.duration_ms)}`]),
    ...(one.denials > 0 ? [`${one.denials} denied`] : []),
    ...(outcome !== null && outcome.files.length > 0
      ? [clip(`files: ${outcome.files.map(({ path }) => path).join(", ")}`, isMeant ? 600 : 160)]
      : []),
    clip(`task: ${one.task}`, isMeant ? 800 : 140),
    ...(outcome === null
      ? []
      : [clip(`result: ${outcome.refusal ?? (outcome.result || outcome.stderr)}`, isMeant ? 1200 : 160)]),
  ];
  return { seq: places.constructs.get(one.id) ?? null, text: clip(`CONSTRUCT ${facts.join(" · ")}`, 3000) };
}

function restLine(rest: readonly ConstructView[]): string {
  const states = new Map<string, number>();
  for (const { state } of rest) states.set(state, (states.get(state) ?? 0) + 1);
  return `… and ${count(rest.length, "construct")} more: ${[...states].map(([state, n]) => `${n} ${state}`).join(", ")}`;
}
