import { inert } from "../../../base/text.ts";
import { clip, widthOf } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";
import { headLines } from "../transcript/lines.ts";
import type { Need } from "../model/need.ts";
import { left } from "./figures.ts";

/** Cells of the bar that drains; where there is little room, fewer. */
const barCells = { wide: 12, narrow: 4 };
/** Columns below which there is little room. */
const narrow = 50;

/**
 * What a construct waits for the netrunner with: for a held call how long yet, the command, what it would touch, and the rule.
 * @param windowMs how long calls are held; null: for ever
 * @param most rows
 */
export function needLines(
  need: Need,
  { now, windowMs, columns, most }: { now: number; windowMs: number | null; columns: number; most: number },
): Line[] {
  if (need.kind !== "hold") {
    const words = headLines(need.text, columns - 1, Math.max(1, most - 1));
    return [line([` ⚑ ${need.title.toUpperCase()} `, "act"]), ...words.map((one) => line(` ${one}`))].slice(0, most);
  }
  const { hold, deadline } = need;
  const clock =
    deadline === null
      ? "no deadline"
      : `${bar(deadline - now, windowMs, columns < narrow ? barCells.narrow : barCells.wide)}${left(deadline, now)}`;
  const answers = "x allow · v deny";
  const first = ` ⚑ HELD ${clock}`;
  const room = columns - widthOf(first) - widthOf(answers) - 1;
  const title = line([first, "act"], room >= 1 ? [`${" ".repeat(room)}${answers}`, "key"] : "");
  const command = headLines(`${hold.tool}  ${hold.input}`, columns - 1, Math.max(1, most - 2));
  const rule = line([clip(` ${hold.reason} (${hold.rule})`, columns), "warning"]);
  const targets = hold.targets.map((text) => line([` → ${text}`, "faint"]));
  const body = command.map((one) => line([` ${one}`, "strong"]));
  return [title, ...body, rule, ...targets].slice(0, most);
}

/** Whether so many rows show all of it that a decision needs. */
export function showsAll(need: Need, columns: number, most: number): boolean {
  const text = need.kind === "hold" ? `${need.hold.tool}  ${need.hold.input}` : need.text;
  // What cannot fit need not be broken into rows; what has parts that are not shown is not seen.
  if (text.length > columns * most || inert(text) !== text) return false;
  const rows = headLines(text, columns - 1, most + 1).length;
  if (need.kind !== "hold") return rows < most;
  const { diff, targets } = need.hold;
  return (
    diff === null && 2 + rows + targets.length <= most && targets.every((target) => widthOf(target) + 3 <= columns)
  );
}

function bar(leftMs: number, windowMs: number | null, cells: number): string {
  if (windowMs === null || windowMs <= 0) return "";
  const full = Math.max(0, Math.min(cells, Math.ceil((leftMs / windowMs) * cells)));
  return `${"█".repeat(full)}${"░".repeat(cells - full)} `;
}
