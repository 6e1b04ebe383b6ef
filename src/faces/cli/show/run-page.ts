import { count } from "../../../base/units.ts";
import { headAndTail, inert, oneLine } from "../../../base/text.ts";
import { showCaliber } from "../../../protocol/caliber.ts";
import type { Outcome } from "../../../protocol/outcome.ts";
import { defaultProfile } from "../../../protocol/profile.ts";
import { isAsked, showAsk } from "../../../protocol/place.ts";
import { showPool } from "../../../protocol/pool.ts";
import type { ConstructView, RunView } from "../../../protocol/view.ts";
import { caliberText, costOf } from "../../../protocol/view.ts";
import { byteCount, money, moment, spell } from "../../words/amounts.ts";
import type { Paint } from "../paint.ts";
import { reportPath } from "../report-path.ts";
import { constructWord, runWord } from "../../words/state-word.ts";
import { wrap } from "../../words/width.ts";
import { showReturned } from "../../../protocol/workspace.ts";

/** The most bytes of a result; the transcript has all of it. */
const resultBytes = 1200;
const longestPath = 4096;

/** A run on a page: what was wanted, how it stands, what each construct did, and where the rest is. */
export function runPage(view: RunView, columns: number | undefined, paint: Paint): string {
  const page = pageWriter(columns, paint);
  const state = runWord(view.status);
  const facts = [moment(view.openedAt), spell(view.durationMs), money(costOf(view))];
  page.line(`${paint(state.style, `${state.glyph} ${state.word}`)} · ${oneLine(view.run, 60)} · ${facts.join(" · ")}`);
  if (view.settings.offline) page.line(paint("warning", "OFFLINE (scripted offline model)"));
  page.field("goal", view.goal === "" ? "none: tasks without a daemon" : view.goal);
  page.field("reason", view.reason);
  page.field("settings", settingsText(view));
  page.field("warm pool", showPool(view.pool) ?? "");
  page.field("workspace", oneLine(view.workspace, longestPath));
  if (view.kind === "goal") daemonFields(view, page);
  if (view.account !== null) page.field("held", view.account.reason);
  for (const item of Object.values(view.attention)) page.field("needs you", `${item.text} ${item.next}`);
  for (const construct of Object.values(view.constructs)) constructFields(construct, page);
  if (view.refused.length > 0) page.heading(`${count(view.refused.length, "task")} not started`);
  for (const { task, rule, reason } of view.refused) page.field(rule, `${reason}: ${oneLine(task, 200)}`);
  const { watchdog } = view;
  if (watchdog.asks.length > 0)
    page.heading(`watchdog · ${count(watchdog.asks.length, "question")} · ${money(watchdog.costUsd)}`);
  for (const { question, state } of watchdog.asks.slice(-3)) page.field(state, oneLine(question, 400));
  page.heading("where the rest is");
  page.field("folder", oneLine(view.folder, longestPath));
  page.field("report", oneLine(reportPath(view), longestPath));
  return page.text();
}

function daemonFields(view: RunView, page: PageWriter): void {
  const { daemon, settings } = view;
  const facts = [
    daemon.state,
    count(daemon.turns, "turn"),
    money(daemon.costUsd),
    showCaliber(settings.daemon_caliber),
  ];
  page.heading(`daemon · ${facts.join(" · ")}`);
  page.field("session", daemon.sessionId ?? "");
  page.field("says", daemon.lastChat);
}

function constructFields(construct: ConstructView, page: PageWriter): void {
  const { outcome } = construct;
  const state = constructWord(construct.state);
  const caliber = oneLine(caliberText(construct), 120);
  const facts = [
    oneLine(construct.id, 20),
    ...(outcome === null ? [] : [spell(outcome.duration_ms)]),
    money(construct.costUsd),
    caliber,
    ...(construct.profile === defaultProfile ? [] : [oneLine(construct.profile, 40)]),
    ...(construct.place === null ? [] : [`on ${oneLine(construct.place, 64)}`]),
  ];
  page.heading(`${page.paint(state.style, `${state.glyph} ${state.word}`)} · ${facts.join(" · ")}`);
  page.field("task", construct.task);
  for (const { title, text, path, size } of construct.surfaced) {
    const of = title === "" ? "" : `${title}: `;
    page.field(
      "shown",
      path === null ? `${of}${headAndTail(text ?? "", resultBytes).text}` : `${of}${path} (${byteCount(size)})`,
    );
  }
  if (construct.on !== undefined && isAsked(construct.on)) page.field("place", `to run on ${showAsk(construct.on)}`);
  if (outcome === null) page.field("doing", construct.activity);
  else outcomeFields(outcome, page);
}

function outcomeFields(outcome: Outcome, page: PageWriter): void {
  page.field("cause", `${outcome.cause} (${outcome.exit})`);
  page.field("model", outcome.model_given ?? "");
  if (outcome.workspace !== null) page.field("came back", showReturned(outcome.workspace));
  for (const file of outcome.files) page.field("file", `${oneLine(file.path, longestPath)} (${byteCount(file.size)})`);
  for (const path of outcome.files_missing)
    page.field("missing", `${oneLine(path, longestPath)} was reported and is not on disk`);
  for (const { tool, input, rule } of outcome.denials) page.field("denied", `${tool} ${oneLine(input, 200)} (${rule})`);
  for (const { name, found, consequence } of outcome.tripwires)
    page.field("tripwire", `${oneLine(name, 60)}: ${oneLine(found, 200)} (${consequence})`);
  page.field("refusal", outcome.refusal ?? "");
  const from = { result: "result", assistant: "last words", tool: "output", none: "result" }[outcome.result_from];
  page.field(from, outcome.result_from === "none" ? "none" : headAndTail(outcome.result, resultBytes).text);
  page.field("stderr", headAndTail(outcome.stderr, resultBytes).text);
  page.field("transcript", oneLine(outcome.transcript ?? "", longestPath));
}

function settingsText({ settings }: RunView): string {
  const { caliber, caliber_fixed, fast_mode, max_concurrent, max_spawns, budget_usd } = settings;
  const spawns = max_spawns === 0 ? "no cap on spawns" : `${max_spawns} spawns at most`;
  const fixed = `${caliber_fixed.length === 0 ? "" : ` (${caliber_fixed.join(" and ")} fixed)`}${fast_mode ? " in fast mode" : ""}`;
  const budget = budget_usd === 0 ? "no budget" : `budget ${money(budget_usd)}`;
  return `brake ${settings.brake}, constructs ${showCaliber(caliber)}${fixed}, ${max_concurrent} at a time, ${spawns}, ${budget}`;
}

interface PageWriter {
  paint: Paint;
  /** A line that the deck itself has made. */
  line(text: string): void;
  heading(text: string): void;
  /** A named text of any origin, indented; nothing when it is empty. */
  field(name: string, text: string): void;
  text(): string;
}

function pageWriter(columns: number | undefined, paint: Paint): PageWriter {
  const lines: string[] = [];
  const indent = 12;
  const field = (name: string, text: string): void => {
    const clean = inert(text).replaceAll("\t", "    ").trim();
    if (clean === "") return;
    const room = columns === undefined ? undefined : Math.max(20, columns - indent - 1);
    const isPath = name === "file" || name === "folder" || name === "report" || name === "transcript";
    const parts = room === undefined || isPath ? clean.split("\n") : wrap(clean, room);
    for (const [index, part] of parts.entries()) {
      const label = index === 0 ? `${oneLine(name, indent - 2)}:` : "";
      lines.push(`${paint("faint", label.padEnd(indent))}${part}`.trimEnd());
    }
  };
  return {
    paint,
    line: (text) => void lines.push(text),
    heading: (text) => void lines.push("", text),
    field,
    text: () => `${lines.join("\n")}\n`,
  };
}
