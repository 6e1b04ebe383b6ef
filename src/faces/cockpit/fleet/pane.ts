import { count } from "../../../base/units.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import { caliberText, type RunView } from "../../../protocol/view.ts";
import { constructWord } from "../../words/state-word.ts";
import { oneLine } from "../../../base/text.ts";

import { widthOf } from "../../words/width.ts";
import { line, type Line, type Placed } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { ageOf } from "../model/constructs.ts";
import { unheardText } from "../model/unheard.ts";
import type { DeckModel } from "../model/deck-model.ts";
import { eventsOf } from "../model/feeds.ts";
import { near } from "../../cli/near.ts";
import type { Size } from "../screen/size.ts";
import { headLines } from "../transcript/lines.ts";
import { shortLines } from "../transcript/short-lines.ts";
import { stepsOf } from "../transcript/steps.ts";
import { linesOf, type KeptLines } from "./kept-lines.ts";
import { cents, shortCount, shortTime } from "./figures.ts";
import { needLines, showsAll } from "./need-lines.ts";
import { denialsOf, filesOf, hasEnded, tokensOf, type FleetRow } from "./row.ts";

export interface PaneAt extends Omit<Placed, "lines"> {
  /** The number that jumps to it. */
  number: number;
  isCursor: boolean;
}

/** A construct in a box: its task, what it waits with, and the last lines of its transcript. */
export function paneOf(row: FleetRow, model: DeckModel, kept: KeptLines, at: PaneAt): Placed {
  const { number, isCursor, ...place } = at;
  const { construct, need } = row;
  const { glyph, word } = constructWord(construct.state);
  const badge = number <= 9 ? `${number} ` : "";
  const state = need === undefined ? `${glyph} ${word}` : `⚑ ${word.toUpperCase()}`;
  const border = need !== undefined ? "border_act" : isCursor ? "border_focused" : "border";
  const lines = bodyOf(row, model, kept, { columns: place.width - 2, rows: place.height - 2 });
  const title = `${isCursor ? "▸" : ""}${badge}${state}  ${construct.id}`;
  // Corners, two dashes, and a blank at each side of both.
  const note = noteOf(row, model.now, place.width - widthOf(title) - 9);
  const box = boxed(lines, place, { title, note, border });
  return { ...box, lines: box.lines.map((one) => ({ ...one, target: construct.id })) };
}

/** What is known of a construct within so many columns and rows. */
function bodyOf(row: FleetRow, model: DeckModel, kept: KeptLines, { columns, rows }: Size): Line[] {
  const { view, need } = row;
  const lines = taskLines(row, columns, rows);
  if (need !== undefined) {
    const most = rows - lines.length;
    lines.push(...needLines(need, { now: model.now, windowMs: view.settings.hold_window_ms, columns, most }));
  }
  const room = rows - lines.length;
  if (room > 0) lines.push(...lastLines(row, model, kept, { columns: columns - 1, rows: room }));
  return lines;
}

/** The rows that a box takes, with its borders, to show all that its construct waits with; it may not take more than `most`. */
export function rowsWanted(row: FleetRow, columns: number, most: number): number {
  if (row.need === undefined) return 0;
  const [inner, room] = [columns - 2, most - 2];
  const task = taskLines(row, inner, room).length;
  return 2 + task + needLines(row.need, { now: 0, windowMs: null, columns: inner, most: room - task }).length;
}

/** Whether a pane of this size shows all that a decision about what its construct waits with needs; for good: with its like. */
export function isDecidable(row: FleetRow, { columns, rows }: Size, isForGood = false): boolean {
  if (row.need === undefined) return false;
  const [inner, room] = [columns - 2, rows - 2];
  return showsAll(row.need, inner, room - taskLines(row, inner, room).length, isForGood);
}

function taskLines(row: FleetRow, columns: number, rows: number): Line[] {
  const look = hasEnded(row) ? "faint" : "strong";
  const of = (most: number): Line[] =>
    headLines(oneLine(row.construct.task, columns * 3), columns - 2, most).map((text) => line([` ${text}`, look]));
  const lines = of(Math.min(rows, rows >= 8 ? 2 : 1));
  // What is to be decided comes before the end of a long task.
  const isTight = row.need !== undefined && !showsAll(row.need, columns, rows - lines.length, true);
  return isTight && lines.length > 1 ? of(1) : lines;
}

/** With so many rows for its transcript a box shows more of each step. */
const roomyRows = 14;

/** The end of its transcript; where nothing of that is known yet, what it does. */
function lastLines({ view, construct }: FleetRow, model: DeckModel, kept: KeptLines, size: Size): readonly Line[] {
  const events = eventsOf(model.feeds, view.run, construct.id).slice(-3 * size.rows - 6);
  const lines = linesOf(kept, events, size, () => transcriptEnd(events, view, size));
  return lines.length > 0 ? lines : [line([` › ${near(construct.activity, view)}`, "faint"])];
}

function transcriptEnd(events: readonly DeckEvent[], view: RunView, { columns, rows }: Size): Line[] {
  const lines: Line[] = [];
  let outcome = "";
  for (const step of stepsOf(events).toReversed()) {
    if (lines.length >= rows) break;
    // What it waits with is told above, and its last words with its outcome.
    if (step.kind === "call" && step.held?.end === null) continue;
    if (step.kind === "said" && outcome.startsWith(step.text)) continue;
    if (step.kind === "outcome") outcome = step.text;
    lines.unshift(...shortLines(step, view, columns, rows >= roomyRows));
  }
  return lines.slice(-rows).map((one): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] }));
}

/** Its figures, as many as there is room for; those that matter most are left out last. */
function noteOf(row: FleetRow, now: number, columns: number): string {
  const { construct } = row;
  const started = construct.startedAt !== null;
  const facts: (readonly [text: string, weight: number])[] = [
    construct.unheard === undefined
      ? [construct.place ?? "", 4]
      : [`${construct.place ?? ""} ${unheardText(construct, now)}`, 0],
    [construct.profile === "default" ? "" : construct.profile, 4],
    [caliberText(construct), 3],
    [denialsOf(row) === 0 ? "" : `${denialsOf(row)} denied`, 2],
    [tokensOf(row) === 0 ? "" : `${shortCount(tokensOf(row))} tokens`, 6],
    [filesOf(row) === 0 ? "" : count(filesOf(row), "file"), 5],
    [started ? shortTime(ageOf(construct, now)) : "", 0],
    [started ? cents(construct.costUsd) : "", 1],
  ];
  for (let least = 6; least >= 0; least -= 1) {
    const shown = facts.filter(([text, weight]) => text !== "" && weight <= least).map(([text]) => text);
    if (widthOf(shown.join(" · ")) <= columns) return shown.join(" · ");
  }
  return "";
}
