import { inert } from "../../../base/text.ts";
import { widthOf } from "../../words/width.ts";
import { line, type Line, type Span } from "../draw/block.ts";
import { headLines } from "../transcript/lines.ts";
import type { Need } from "../model/need.ts";
import { answersTo } from "../attention/answers.ts";
import type { Hold } from "../../../protocol/hold.ts";
import type { Look } from "../draw/look.ts";
import { left } from "./figures.ts";
import { toYou } from "../../words/to-you.ts";

/** Cells of the bar that drains; where there is little room, fewer. */
const barCells = { wide: 12, narrow: 4 };
/** Columns below which there is little room. */
const narrow = 50;

/**
 * What a construct waits for the netrunner with: for a held call how long yet, the command, what it would touch, and the rule.
 * @param windowMs how long calls are held, where it is not known since when this one is; null: for ever
 * @param most rows
 */
export function needLines(
  need: Need,
  { now, windowMs, columns, most }: { now: number; windowMs: number | null; columns: number; most: number },
): Line[] {
  const keys = keysText(need, showsAll(need, columns, most));
  if (need.kind !== "hold") {
    const words = headLines(need.text, columns - 1, Math.max(1, most - 1));
    const title = titleLine([{ text: " " }, { text: `⚑ ${need.title.toUpperCase()}`, look: "act" }], keys, columns);
    return [title, ...words.map((one) => line(` ${one}`))].slice(0, most);
  }
  const { hold, deadline } = need;
  const cells = columns < narrow ? barCells.narrow : barCells.wide;
  const whole = need.since === null || deadline === null ? windowMs : deadline - need.since;
  const clock: Span[] =
    deadline === null
      ? [{ text: "no deadline", look: "act" }]
      : [...bar(deadline - now, whole, cells), { text: left(deadline, now), look: "act" }];
  const command = headLines(`${hold.tool}  ${hold.input}`, columns - 1, Math.max(1, most - 2));
  const body = command.map((one) => line([` ${one}`, "strong"]));
  const below = belowCommand(hold, columns).map(({ text, look }) => line([text, look]));
  return [
    titleLine([{ text: " " }, { text: "⚑ HELD", look: "act" }, { text: " " }, ...clock], keys, columns),
    ...body,
    ...below,
  ].slice(0, most);
}

/** What it is at the left, the keys that answer it at the right: as many words on them as there is room for. */
function titleLine(title: readonly Span[], keys: readonly string[], columns: number): Line {
  const own = title.reduce((sum, { text }) => sum + widthOf(text), 0);
  const shown = keys.find((text) => own + widthOf(text) + 2 <= columns);
  const blanks = columns - own - widthOf(shown ?? "") - 1;
  return line(...title, shown === undefined ? "" : [`${" ".repeat(blanks)}${shown}`, "key"]);
}

/** The keys that answer a need, told at length and in short. */
function keysText(need: Need, isSeen: boolean): string[] {
  const { yes, no } = answersTo(need);
  const words = yes === undefined ? undefined : isSeen ? yes.word : "shows the rest";
  const told = (one: string | undefined, other: string | undefined): string =>
    [one === undefined ? "" : `x ${one}`, other === undefined ? "" : `v ${other}`]
      .filter((text) => text !== "")
      .join(" · ");
  return [told(words, no?.word), told(words?.split(" ")[0], no?.word.split(" ")[0])];
}

/**
 * Whether so many rows show all of it that a decision needs.
 * @param isForGood the decision is about the pattern too, not about this call alone
 */
export function showsAll(need: Need, columns: number, most: number, isForGood = false): boolean {
  const text = need.kind === "hold" ? `${need.hold.tool}  ${need.hold.input}` : need.text;
  // What cannot fit need not be broken into rows; what has parts that are not shown is not seen.
  if (text.length > columns * most || inert(text) !== text) return false;
  const rows = headLines(text, columns - 1, most + 1).length;
  if (need.kind !== "hold") return rows < most;
  const hold = isForGood ? need.hold : { ...need.hold, pattern: "" };
  return hold.diff === null && 1 + rows + belowCommand(hold, columns).length <= most;
}

/** What is told of a held call under its command. */
function belowCommand({ reason, rule, targets, pattern }: Hold, columns: number): { text: string; look: Look }[] {
  const parts: { text: string; look: Look }[] = [
    { text: `${toYou(reason)} (${rule})`, look: "warning" },
    ...targets.map((target) => ({ text: `→ ${target}`, look: "faint" as const })),
    ...(pattern === "" ? [] : [{ text: `X allows from now on: ${pattern}`, look: "faint" as const }]),
  ];
  return parts.flatMap(({ text, look }) =>
    headLines(text, columns - 1, mostOfPart).map((row) => ({ text: ` ${row}`, look })),
  );
}

/** More rows than any box has. */
const mostOfPart = 100;

function bar(leftMs: number, windowMs: number | null, cells: number): Span[] {
  if (windowMs === null || windowMs <= 0) return [];
  const full = Math.max(0, Math.min(cells, Math.ceil((leftMs / windowMs) * cells)));
  return [
    { text: "█".repeat(full), look: "act_bar" },
    { text: "░".repeat(cells - full), look: "faint" },
    { text: " " },
  ];
}
