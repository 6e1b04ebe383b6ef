import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import { showAmount, type ConstructBound } from "../../../protocol/bound.ts";
import { isAsked, showAsk } from "../../../protocol/place.ts";
import { tokenSum } from "../../../protocol/spent.ts";
import { caliberText } from "../../../protocol/view.ts";
import { money, spell } from "../../words/amounts.ts";
import { constructWord } from "../../words/state-word.ts";
import { clip, widthOf } from "../../words/width.ts";
import { line, type Line, type Span } from "../draw/block.ts";
import { shortCount, shortTime } from "../fleet/figures.ts";
import { needLines, showsAll } from "../fleet/need-lines.ts";
import { denialsOf, filesOf, type FleetRow } from "../fleet/row.ts";
import { ageOf } from "../model/constructs.ts";
import { unheardText } from "../model/unheard.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Size } from "../screen/size.ts";
import { headLines } from "../transcript/lines.ts";
import { causeWord } from "../../words/cause-word.ts";

/**
 * What is known of a construct beside its transcript: its state and figures, its task, what it runs on and is bound by, its relatives,
 * and what it waits for the netrunner with.
 * @param size of the whole page
 */
export function headerLines(row: FleetRow, model: DeckModel, { columns, rows }: Size): Line[] {
  const { view, need } = row;
  const lines = upperLines(row, model, { columns, rows });
  if (need === undefined) return lines;
  const most = needRoom(lines.length, rows);
  const needed = needLines(need, { now: model.now, windowMs: view.settings.hold_window_ms, columns, most });
  return [...lines, ...needed];
}

/** Whether the header shows all that a decision about what the construct waits with needs. */
export function isDecidableIn(row: FleetRow, model: DeckModel, size: Size, isForGood = false): boolean {
  if (row.need === undefined) return false;
  return showsAll(row.need, size.columns, needRoom(upperLines(row, model, size).length, size.rows), isForGood);
}

/** The rows for what it waits with: some are the transcript's. */
const needRoom = (above: number, rows: number): number => Math.max(2, Math.min(rows >= 30 ? 16 : 10, rows - above - 5));

function upperLines(row: FleetRow, model: DeckModel, { columns, rows }: Size): Line[] {
  const task = headLines(row.construct.task, columns - 2, rows >= 30 ? 3 : 2);
  const lines = [firstLine(row, model.now, columns), ...task.map((text) => line([` ${text}`, "strong"]))];
  return [...lines, ...packed([...factsOf(row, model.now), ...boundsOf(row, model.now)], columns)];
}

function firstLine({ construct, need }: FleetRow, now: number, columns: number): Line {
  const { glyph, word, style } = constructWord(construct.state);
  const state: Span =
    need === undefined
      ? { text: ` ${glyph} ${word}  `, look: style }
      : { text: ` ⚑ ${word.toUpperCase()}  `, look: "act" };
  const age = construct.startedAt === null ? [] : [shortTime(ageOf(construct, now))];
  const tokens = tokenSum(construct.tokens);
  const figures = [
    ...age,
    money(construct.costUsd),
    ...(tokens === 0 ? [] : [`${shortCount(tokens)} tokens`]),
    ...(construct.requests === 0 ? [] : [count(construct.requests, "request")]),
  ].join(" · ");
  const left = [state, { text: construct.id, look: "title" as const }];
  const cause = causeWord(construct.outcome?.cause ?? "");
  const doing = need === undefined ? cause || construct.activity : need.title;
  const room = columns - left.reduce((sum, { text }) => sum + widthOf(text), 0) - widthOf(figures) - 4;
  const shown = room < 8 ? "" : `  ${clip(oneLine(doing, 2 * room), room)}`;
  const rest = columns - left.reduce((sum, { text }) => sum + widthOf(text), 0) - widthOf(figures) - widthOf(shown);
  const blanks = " ".repeat(Math.max(1, rest - 1));
  return line(...left, [shown, "faint"], blanks, figures);
}

/** What it was given and what it has to do with others, a fact each. */
function factsOf(row: FleetRow, now: number): Span[] {
  const { construct, view } = row;
  const { profile, origin, parent, after, told, surfaced, plugins } = construct;
  const heirs = Object.values(view.constructs).filter((one) => one.parent === construct.id);
  const facts: Span[] = [{ text: caliberText(construct) }, { text: `profile ${profile}` }];
  if (construct.place !== null) facts.push({ text: `on ${oneLine(construct.place, 64)}`, look: "key" });
  if (construct.unheard !== undefined) facts.push({ text: unheardText(construct, now), look: "warning" });
  if (construct.on !== undefined && isAsked(construct.on)) facts.push({ text: `to run on ${showAsk(construct.on)}` });
  facts.push({ text: origins[origin] });
  if (parent !== null) facts.push({ text: `↩ goes on from ${parent}`, look: "key" });
  for (const heir of heirs) facts.push({ text: `↪ goes on in ${heir.id}`, look: "key" });
  if (after.length > 0) facts.push({ text: `after ${after.join(", ")}` });
  if (plugins !== null) facts.push({ text: plugins.length === 0 ? "no plugins" : `plugins ${plugins.join(", ")}` });
  if (filesOf(row) > 0) facts.push({ text: count(filesOf(row), "file"), look: "good" });
  if (surfaced.length > 0) facts.push({ text: `${surfaced.length} shown to you`, look: "strong" });
  if (denialsOf(row) > 0) facts.push({ text: `${denialsOf(row)} denied`, look: "warning" });
  if (told.length > 0) facts.push({ text: `${count(told.length, "message")} not read yet`, look: "warning" });
  return facts;
}

/** What is used up of each bound that it has; what is nearly used up stands out. */
function boundsOf({ view, construct }: FleetRow, now: number): Span[] {
  const { settings } = view;
  const used: Record<ConstructBound, number> = {
    construct_turns: construct.requests,
    construct_tokens: tokenSum(construct.tokens),
    construct_usd: construct.costUsd,
    time_limit_ms: ageOf(construct, now),
  };
  return Object.entries(used).flatMap(([name, amount]): Span[] => {
    const which = boundNames.find((one) => one === name);
    if (which === undefined) return [];
    const limit = construct.raised[which] ?? settings[which];
    if (limit === 0) return [];
    const of = which === "time_limit_ms" ? spell(limit) : showAmount(which, limit);
    const share = Math.round((amount / limit) * 100);
    return [{ text: `${share} % of its ${of}`, look: share >= 80 ? "warning" : "faint" }];
  });
}

const boundNames = ["construct_turns", "construct_tokens", "construct_usd", "time_limit_ms"] as const;

const origins = { daemon: "from the daemon", netrunner: "from you", redirect: "redirected by you" } as const;

/** Facts in rows, with a dot between two; no fact is broken. */
function packed(facts: readonly Span[], columns: number): Line[] {
  const rows: Span[][] = [];
  let used = columns;
  for (const fact of facts) {
    const look = fact.look ?? "faint";
    const dot = " · ";
    if (used + widthOf(dot) + widthOf(fact.text) > columns - 1) {
      rows.push([{ text: " " }, { text: fact.text, look }]);
      used = 1 + widthOf(fact.text);
    } else {
      rows.at(-1)?.push({ text: dot, look: "border" }, { text: fact.text, look });
      used += widthOf(dot) + widthOf(fact.text);
    }
  }
  return rows.map((spans) => ({ spans }));
}
