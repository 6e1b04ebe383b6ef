import { oneLine } from "../../../base/text.ts";
import { constructWord } from "../../words/state-word.ts";
import { clip, pad, widthOf } from "../../words/width.ts";
import { line, type Line, type Span } from "../draw/block.ts";
import { markOf } from "../draw/mark.ts";
import { firstShown } from "../draw/listing.ts";
import type { Look } from "../draw/look.ts";
import type { Arranged, Group } from "./arrange.ts";
import { costOfGroup } from "./arrange.ts";
import { cell, columnsFor, gap, type Column } from "./columns.ts";
import { cents } from "./figures.ts";
import { hasEnded, type FleetRow } from "./row.ts";
import { wholeTitles } from "../draw/table.ts";

/** How many rows the whole table takes. */
export const tableRows = ({ groups, rows }: Arranged): number =>
  1 + rows.length + (isGrouped(groups) ? groups.length : 0);

/**
 * The fleet in a row a construct, under a row of titles; where there is no room for all, the part around the cursor.
 * @param place of the cursor among the rows
 * @param note at the right of the titles
 */
export function tableLines(
  { groups, rows }: Arranged,
  { place, note, now, columns, height }: { place: number; note: string; now: number; columns: number; height: number },
): Line[] {
  const shape = columnsFor(columns, rows);
  const makers: (() => Line)[] = [];
  let cursor = 0;
  let at = 0;
  for (const group of groups) {
    if (group.view !== null) makers.push(() => groupLine(group, columns));
    for (const row of group.rows) {
      const own = at;
      if (own === place) cursor = makers.length;
      makers.push(() => rowLine(row, { shape, now, number: own + 1, isCursor: own === place }));
      at += 1;
    }
  }
  const room = height - 1;
  const kept = firstShown(makers.length, cursor, room) > 0 ? keptRows(groups, Math.floor(room / 2)) : 0;
  const scrolled = makers.slice(kept);
  const first = firstShown(scrolled.length, Math.max(0, cursor - kept), room - kept);
  const shown = [...makers.slice(0, kept), ...scrolled.slice(first, first + room - kept)];
  return [titleLine(shape, note, columns), ...shown.map((make) => make())];
}

/** Who needs the netrunner stays in sight wherever the cursor is: so many rows at the top do not scroll. */
function keptRows(groups: readonly Group[], most: number): number {
  if (isGrouped(groups)) return 0;
  const needing = groups[0]?.rows.filter(({ need }) => need !== undefined).length ?? 0;
  return Math.min(needing, most);
}

const isGrouped = (groups: readonly Group[]): boolean => groups.some(({ view }) => view !== null);

function titleLine(shape: readonly Column[], note: string, columns: number): Line {
  const titles = `   ${shape.map((column) => cell(column, column.title)).join(" ".repeat(gap))}`;
  const end = note === "" ? "" : ` ${note} `;
  const room = Math.max(0, columns - widthOf(end));
  return line([pad(wholeTitles(titles, room), room), "faint"], [end, "key"]);
}

function rowLine(
  row: FleetRow,
  at: { shape: readonly Column[]; now: number; number: number; isCursor: boolean },
): Line {
  const { shape, now, number, isCursor } = at;
  const { id } = row.construct;
  const spans: Span[] = [markOf({ place: number - 1, isCursor })];
  for (const column of shape) {
    const text = cell(column, column.text(row, now));
    // Blanks beside a text that is turned round would look like a part of it.
    const [before, after] = [text.length - text.trimStart().length, text.length - text.trimEnd().length];
    spans.push(
      { text: " ".repeat(before) },
      { text: text.trim(), look: lookOf(row, column) },
      { text: " ".repeat(Math.min(after, text.length - before) + gap) },
    );
  }
  return { spans, target: id, ...(isCursor ? { fill: "cursor" as const } : {}) };
}

/** Who needs the netrunner stands out as a whole, who has ended steps back but for how it ended. */
function lookOf(row: FleetRow, column: Column): Look {
  if (row.need !== undefined && column.title !== "TASK") return isLoud.has(column.title) ? "act" : "faint";
  if (hasEnded(row)) return column.title === "STATE" ? column.look(row) : "faint";
  return column.look(row);
}

const isLoud: ReadonlySet<string> = new Set(["STATE", "CONSTRUCT", "NOW"]);

function groupLine(group: Group, columns: number): Line {
  const { view, rows } = group;
  if (view === null) return line();
  const goal = view.kind === "goal" ? oneLine(view.goal, 240) : "tasks without a goal";
  const states = Map.groupBy(rows, ({ construct }) => construct.state);
  const sums = [...states].flatMap(([state, own]): Span[] => {
    const { glyph, style } = constructWord(state);
    return [{ text: ` ${glyph}${own.length}`, look: own.some(({ need }) => need !== undefined) ? "act" : style }];
  });
  const end: Span[] = [...sums, { text: ` ${cents(costOfGroup(group)).padStart(7)} `, look: "strong" }];
  const room = Math.max(0, columns - end.reduce((sum, { text }) => sum + widthOf(text), 0));
  const name = ` ${view.run.slice(-4)} `;
  const title = clip(goal, Math.max(0, room - widthOf(name) - 2));
  const rule = "─".repeat(Math.max(0, room - widthOf(name) - widthOf(title) - 1));
  return {
    spans: [{ text: name, look: "key" }, { text: title, look: "strong" }, { text: ` ${rule}`, look: "border" }, ...end],
  };
}
