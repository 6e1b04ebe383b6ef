import { caliberText } from "../../../protocol/view.ts";
import { near } from "../../cli/near.ts";
import { oneLine } from "../../../base/text.ts";
import { constructWord } from "../../words/state-word.ts";
import { pad } from "../../words/width.ts";
import type { Look } from "../draw/look.ts";
import { ageOf } from "../model/constructs.ts";
import { cents, left, shortCount, shortTime } from "./figures.ts";
import { denialsOf, filesOf, hasEnded, tokensOf, type FleetRow } from "./row.ts";
import { causeWord } from "../../words/cause-word.ts";
import { unheardText } from "../model/unheard.ts";

/** A column of the fleet's table. */
export interface Column {
  title: string;
  width: number;
  /** At which side of the column its text stands. */
  side: "left" | "right";
  /** Blank columns at its right that are its own. */
  tail?: number;
  text: (row: FleetRow, now: number) => string;
  /** What the text means in rows that neither need the netrunner nor have ended. */
  look: (row: FleetRow) => Look;
}

/** The columns for so many columns of the screen; what is left of a row is the last two's. */
export function columnsFor(columns: number, rows: readonly FleetRow[]): Column[] {
  // Most decks have one machine: then nothing is said of it.
  const isSpread = rows.some(({ construct }) => construct.place !== null);
  const named = [state, id, ...(isSpread ? [columns >= 160 ? wholePlace(rows) : place] : []), time, cost];
  if (columns >= 110) {
    // Nearly always all of them have the same.
    const hasProfiles = rows.some(({ construct }) => construct.profile !== "default");
    const [first] = rows;
    const isOne = rows.every(
      ({ construct }) => first !== undefined && caliberText(construct) === caliberText(first.construct),
    );
    named.push(
      ...(columns >= 160 || !isOne ? [caliber] : []),
      ...(hasProfiles ? [profile] : []),
      tokens,
      files,
      denied,
    );
  }
  const spaced = columns >= 110 ? named.map((column, at) => withTail(column, named[at + 1])) : named;
  const used = spaced.reduce((sum, { width }) => sum + width + gap, 0) + marginWidth;
  const rest = Math.max(20, columns - used - gap - 1);
  const taskWidth = Math.floor(rest * (columns >= 160 ? 0.44 : 0.5));
  const taskTail = columns >= 110 ? 1 : 0;
  return [...spaced, { ...task, width: taskWidth, tail: taskTail }, { ...activity, width: rest - taskWidth }];
}

/** Between two columns. */
export const gap = 1;
/** For the cursor, and the number that jumps to the row. */
export const marginWidth = 3;

/** A cell in exactly the width of its column. */
export const cell = ({ width, side, tail = 0 }: Column, text: string): string =>
  pad(text, width - tail, side) + " ".repeat(tail);

/** Figures at the right of their column stand off from words at the left of the next. */
const withTail = (column: Column, next: Column = task): Column =>
  column.side === "right" && next.side === "left" ? { ...column, width: column.width + 1, tail: 1 } : column;

/** What a row that needs the netrunner needs, or what it does. */
export function doing({ construct, need, view }: FleetRow, now: number): string {
  if (need === undefined) {
    const doingNow = causeWord(construct.outcome?.cause ?? "") || near(construct.activity, view);
    return [unheardText(construct, now), doingNow].filter((text) => text !== "").join(" · ");
  }
  const clock = need.deadline === null ? "" : `${left(need.deadline, now)} `;
  if (need.kind === "hold") return `${clock}${need.hold.tool} ${oneLine(need.text, 240)}`;
  return `${clock}${oneLine(need.text, 240)}`;
}

const faint = (): Look => "faint";
const none = (n: number): string => (n === 0 ? "·" : String(n));

const state: Column = {
  title: "STATE",
  width: 11,
  side: "left",
  text: ({ construct, need }) => {
    const { glyph, word } = constructWord(construct.state);
    return need === undefined ? `${glyph} ${word}` : `⚑ ${word.toUpperCase()}`;
  },
  look: ({ construct }) => constructWord(construct.state).style,
};
const id: Column = { title: "CONSTRUCT", width: 11, side: "left", text: ({ construct }) => construct.id, look: faint };
const place: Column = {
  title: "ON",
  width: 8,
  side: "left",
  text: ({ construct: { startedAt, place: name, unheard } }) =>
    startedAt === null ? "·" : `${unheard === undefined ? "" : "?"}${name ?? "here"}`,
  look: ({ construct: { place: name, unheard } }) =>
    unheard !== undefined ? "warning" : name === null ? "faint" : "plain",
};
/** Wide enough for the longest name, and for the mark of one that is not heard. */
const wholePlace = (rows: readonly FleetRow[]): Column => {
  const longest = Math.max(...rows.map(({ construct }) => 1 + (construct.place?.length ?? 0)));
  return { ...place, width: Math.min(24, Math.max(place.width, longest)) };
};
const time: Column = {
  title: "TIME",
  width: 5,
  side: "right",
  text: ({ construct }, now) => (construct.startedAt === null ? "·" : shortTime(ageOf(construct, now))),
  look: faint,
};
const cost: Column = {
  title: "COST",
  width: 6,
  side: "right",
  text: ({ construct }) => (construct.startedAt === null ? "·" : cents(construct.costUsd)),
  look: faint,
};
const caliber: Column = {
  title: "CALIBER",
  width: 12,
  side: "left",
  text: ({ construct }) => caliberText(construct),
  look: faint,
};
const profile: Column = {
  title: "PROFILE",
  width: 10,
  side: "left",
  text: ({ construct }) => construct.profile,
  look: faint,
};
const tokens: Column = {
  title: "TOKEN",
  width: 5,
  side: "right",
  text: (row) => (tokensOf(row) === 0 ? "·" : shortCount(tokensOf(row))),
  look: faint,
};
const files: Column = { title: "FILE", width: 4, side: "right", text: (row) => none(filesOf(row)), look: faint };
const denied: Column = {
  title: "DENY",
  width: 4,
  side: "right",
  text: (row) => none(denialsOf(row)),
  look: (row) => (denialsOf(row) > 0 ? "warning" : "faint"),
};
const task: Column = {
  title: "TASK",
  width: 0,
  side: "left",
  text: ({ construct }) => oneLine(construct.task, 240),
  look: () => "plain",
};
const activity: Column = {
  title: "NOW",
  width: 0,
  side: "left",
  text: (row, now) => doing(row, now),
  look: (row) => (row.construct.unheard !== undefined ? "warning" : hasEnded(row) ? "faint" : "plain"),
};
