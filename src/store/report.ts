import { headAndTail } from "../base/text.ts";
import { count, showCost, showDuration } from "../base/units.ts";
import { showCaliber } from "../protocol/caliber.ts";
import { showPool } from "../protocol/pool.ts";
import type { DeckEvent } from "../protocol/event.ts";
import {
  caliberText,
  type ConstructView,
  costOf,
  isEnded,
  type RunView,
  spentOf,
  summaryOf,
} from "../protocol/view.ts";
import { code, fenced, inline, quoted, table } from "./markdown.ts";
import { constructSection } from "./report-construct.ts";
import { timelineOf } from "./report-timeline.ts";
import { tokenSum } from "../protocol/spent.ts";
import { showMoment } from "./moment.ts";

/**
 * What a run did, as Markdown for a person. Pure. Text of models and tools stands in it, but cannot act.
 * @param events of this run, oldest first; they are read once
 */
export function reportOf(view: RunView, events: Iterable<DeckEvent>): string {
  const constructs = Object.values(view.constructs);
  const parts = [
    `# ${inline(titleOf(view), 100) || code(view.run)}`,
    `**${verdictOf(view, constructs)}**`,
    ...offlineNote(view),
    facts(view, constructs),
    ...goalSection(view),
    ...lastWords(view),
    ...tableSection(constructs),
    ...refusedSection(view),
    ...(constructs.length === 0 ? [] : ["## Each construct"]),
    ...constructs.flatMap(constructSection),
    "## What happened when",
    fenced(timelineOf(view, events).join("\n")),
    furtherSection(view),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The goal's first line: what follows it is for the daemon. */
const titleOf = (view: RunView): string => summaryOf(view).goal.trim().split("\n", 1)[0] ?? "";

/** The sentence on top: what came of it, in words. */
function verdictOf(view: RunView, constructs: ConstructView[]): string {
  return [`${statusWords[view.status]}. ${workWords(constructs)}`, ...extraWords(view, constructs)].join(" ");
}

const statusWords = {
  running: "This run is still open",
  waiting: "This run waits for your answer",
  paused: "This run is paused",
  done: "The goal was reached",
  failed: "The goal was not reached",
  stopped: "This run was stopped",
} as const;

function workWords(constructs: ConstructView[]): string {
  const all = constructs.length;
  if (all === 0) return "No construct was started.";
  const done = constructs.filter((construct) => construct.state === "done").length;
  if (done === all) return all === 1 ? "Its one construct did its task." : `All ${all} constructs did their task.`;
  const others = (["failed", "killed", "redirected", "running", "starting", "ending", "suspended", "queued"] as const)
    .map((state) => ({ state, n: constructs.filter((construct) => construct.state === state).length }))
    .filter(({ n }) => n > 0)
    .map(({ state, n }) => `${n} ${stateWords(state, n)}`);
  return `${done} of ${count(all, "construct")} did ${all === 1 ? "its" : "their"} task; ${others.join(", ")}.`;
}

function stateWords(state: Exclude<ConstructView["state"], "done">, n: number): string {
  const be = n === 1 ? "is" : "are";
  if (state === "failed") return "failed";
  if (state === "killed" || state === "redirected") return `${n === 1 ? "was" : "were"} ${state}`;
  if (state === "suspended") return `${be} suspended`;
  return state === "queued" ? `${be} still queued` : `${be} still ${state === "ending" ? "ending" : "at work"}`;
}

function extraWords(view: RunView, constructs: ConstructView[]): string[] {
  const files = constructs.reduce((sum, construct) => sum + (construct.outcome?.files.length ?? 0), 0);
  const denials = constructs.reduce((sum, construct) => sum + construct.denials, 0);
  const words: string[] = [];
  if (files > 0) words.push(`${count(files, "file was", "files were")} written.`);
  if (denials > 0) words.push(`${count(denials, "tool call was", "tool calls were")} denied.`);
  if (view.refused.length > 0) words.push(`${count(view.refused.length, "spawn was", "spawns were")} refused.`);
  return words;
}

const offlineNote = (view: RunView): string[] =>
  view.settings.offline
    ? ["> Made with the scripted offline model: the agents and their tools were real, the model's words were not."]
    : [];

function facts(view: RunView, constructs: ConstructView[]): string {
  const spent = constructs.reduce((sum, construct) => sum + construct.costUsd, 0);
  const { settings } = view;
  const cost =
    view.kind === "goal"
      ? `${showCost(costOf(view))} (daemon ${showCost(view.daemon.costUsd)} in ${count(view.daemon.turns, "turn")}, constructs ${showCost(spent)}${authorCost(view)}${watchdogCost(view)})`
      : `${showCost(costOf(view))}${watchdogCost(view)}`;
  const lines = [
    `- Run: ${code(view.run)} in ${code(view.workspace)}`,
    `- Status: ${view.status}${view.reason === "" ? "" : `: ${inline(view.reason, 300)}`}`,
    `- Started: ${showMoment(view.openedAt)}, took ${showDuration(view.durationMs)}`,
    `- Cost: ${cost}`,
    `- Used: ${usedText(view)}`,
    `- Brake: ${settings.brake}${settings.airgap ? ", airgap on" : ""}. ${wallText(view)} Constructs: ${inline(showCaliber(settings.caliber), 80)}, at most ${settings.max_concurrent} at once.`,
    ...poolLine(view),
  ];
  return lines.join("\n");
}

function poolLine({ pool }: RunView): string[] {
  const text = showPool(pool);
  return text === undefined ? [] : [`- Warm pool: ${text}`];
}

function usedText(view: RunView): string {
  const { requests, tokens } = spentOf(view);
  const kinds = `${tokens.input} in, ${tokens.output} out, ${tokens.cache_read} from the cache, ${tokens.cache_written} into it`;
  return `${count(requests, "model request")}, ${count(tokenSum(tokens), "token")} (${kinds})`;
}

const authorCost = ({ tripwires }: RunView): string =>
  tripwires.costUsd === 0 ? "" : `, author of tripwires ${showCost(tripwires.costUsd)}`;

const watchdogCost = ({ watchdog }: RunView): string =>
  watchdog.costUsd === 0 ? "" : `, watchdog ${showCost(watchdog.costUsd)}`;

function wallText({ sandbox }: RunView): string {
  if (sandbox === null) return "";
  return sandbox.mode === "wall" ? "Behind the operating system's wall." : `No wall: ${inline(sandbox.why, 200)}.`;
}

const goalSection = (view: RunView): string[] =>
  view.goal === "" ? [] : ["## Goal", quoted(headAndTail(view.goal, mostQuoted).text)];

const lastWords = (view: RunView): string[] =>
  view.daemon.lastChat === ""
    ? []
    : ["## The daemon's last words", quoted(headAndTail(view.daemon.lastChat, mostQuoted).text)];

/** Bytes of a quotation. */
const mostQuoted = 4096;

function tableSection(constructs: ConstructView[]): string[] {
  if (constructs.length === 0) return [];
  const rows = constructs.map((construct) => [
    construct.id,
    stateCell(construct),
    caliberText(construct),
    isEnded(construct) ? showDuration(construct.outcome?.duration_ms ?? 0) : "",
    isEnded(construct) ? showCost(construct.costUsd) : "",
    String(construct.outcome?.files.length ?? ""),
    construct.task,
  ]);
  const head = ["construct", "state", "caliber", "time", "cost", "files", "task"];
  const cells = rows.map((row) => row.map((cell) => inline(cell, 80)));
  return ["## Constructs", table(head, ["l", "l", "l", "r", "r", "r", "l"], cells)];
}

/** The cause says something only where it is not the usual one. */
function stateCell({ state, outcome }: ConstructView): string {
  return outcome === null || outcome.cause === "result" ? state : `${state} (${outcome.cause})`;
}

function refusedSection(view: RunView): string[] {
  if (view.refused.length === 0) return [];
  const lines = view.refused
    .slice(0, mostRefusals)
    .map(({ task, rule, reason }) => `- Rule ${code(rule)}: ${inline(reason, 300)} The task was: ${inline(task)}`);
  const more = view.refused.length - lines.length;
  return ["## Not started", [...lines, ...(more > 0 ? [`- … and ${more} more`] : [])].join("\n")];
}

const mostRefusals = 50;

function furtherSection(view: RunView): string {
  return [
    "## To look further",
    [
      `- ${code(`cyberdeck show ${view.run}`)} shows this run in the terminal.`,
      `- ${code(`${view.folder}/events.ndjson`)} has every event, one JSON object a line.`,
      `- ${code(`${view.folder}/transcripts/`)} has all that each agent sent.`,
    ].join("\n"),
  ].join("\n\n");
}
