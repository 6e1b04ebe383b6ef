import { caliberText } from "../../../protocol/view.ts";
import { constructWord } from "../../words/state-word.ts";
import { wrap } from "../../words/width.ts";
import { oneLine } from "../../../base/text.ts";
import { counted } from "../../words/amounts.ts";
import { line, type Line, type Placed } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { ageOf } from "../model/constructs.ts";
import type { DeckModel } from "../model/deck-model.ts";
import { eventsOf } from "../model/feeds.ts";
import { shortLines } from "../transcript/short-lines.ts";
import { stepsOf } from "../transcript/steps.ts";
import { cents, shortCount, shortTime } from "./figures.ts";
import { needLines } from "./hold-lines.ts";
import { denialsOf, filesOf, hasEnded, tokensOf, type FleetRow } from "./row.ts";

export interface PaneAt extends Omit<Placed, "lines"> {
  /** The number that jumps to it. */
  number: number;
  isCursor: boolean;
}

/** A construct in a box: its task, what it waits with, and the last lines of its transcript. */
export function paneOf(row: FleetRow, model: DeckModel, at: PaneAt): Placed {
  const { number, isCursor, ...place } = at;
  const { construct, need } = row;
  const { glyph, word } = constructWord(construct.state);
  const badge = number <= 9 ? `${number} ` : "";
  const state = need === undefined ? `${glyph} ${word}` : `⚑ ${word.toUpperCase()}`;
  const border = need !== undefined ? "border_act" : isCursor ? "border_focused" : "border";
  const lines = bodyOf(row, model, place.width - 2, place.height - 2);
  const box = boxed(lines, place, {
    title: `${isCursor ? "▸" : ""}${badge}${state}  ${construct.id}`,
    note: noteOf(row, model.now, place.width),
    border,
  });
  return { ...box, lines: box.lines.map((one) => ({ ...one, target: construct.id })) };
}

/** What is known of a construct within so many columns and rows. */
export function bodyOf(row: FleetRow, model: DeckModel, columns: number, rows: number): Line[] {
  const { view, construct, need } = row;
  const isOver = hasEnded(row);
  const taskRows = rows >= 8 ? 2 : 1;
  const words = wrap(oneLine(construct.task, columns * (taskRows + 1)), Math.max(1, columns - 2));
  const task = words.slice(0, taskRows).map((text, index) => {
    const isCut = index === taskRows - 1 && words.length > taskRows;
    return line([` ${isCut ? `${text}…` : text}`, isOver ? "faint" : "strong"]);
  });
  const lines: Line[] = task.slice(0, rows);
  if (need !== undefined) {
    const most = Math.max(0, Math.min(rows - lines.length, rows >= 8 ? rows - lines.length - 2 : rows));
    lines.push(...needLines(need, { now: model.now, windowMs: view.settings.hold_window_ms, columns, most }));
  }
  const room = rows - lines.length;
  if (room > 0) lines.push(...lastLines(row, model, columns - 1, room));
  return lines;
}

/** The end of its transcript; where nothing of that is known yet, what it does. */
function lastLines({ view, construct }: FleetRow, model: DeckModel, columns: number, rows: number): Line[] {
  const events = eventsOf(model.feeds, view.run, construct.id).slice(-3 * rows - 6);
  const lines: Line[] = [];
  for (const step of stepsOf(events).toReversed()) {
    if (lines.length >= rows) break;
    lines.unshift(...shortLines(step, columns));
  }
  const shown = lines.slice(-rows).map((one): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] }));
  return shown.length > 0 ? shown : [line([` › ${construct.activity}`, "faint"])];
}

function noteOf(row: FleetRow, now: number, width: number): string {
  const { construct } = row;
  const figures = construct.startedAt === null ? [] : [shortTime(ageOf(construct, now)), cents(construct.costUsd)];
  const denied = denialsOf(row) === 0 ? [] : [`${denialsOf(row)} denied`];
  if (width < 56) return [...denied, ...figures].join(" · ");
  const profile = construct.profile === "default" ? [] : [construct.profile];
  const tokens = tokensOf(row) === 0 ? [] : [`${shortCount(tokensOf(row))} tokens`];
  const files = filesOf(row) === 0 ? [] : [counted(filesOf(row), "file")];
  const more = width < 84 ? [] : [...tokens, ...files];
  return [...profile, caliberText(construct), ...denied, ...more, ...figures].join(" · ");
}
