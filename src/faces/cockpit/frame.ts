import { line, moved, type Drawing, type Line } from "./draw/block.ts";
import type { Look } from "./draw/look.ts";
import type { DeckModel } from "./model/deck-model.ts";
import { widthOf } from "../words/width.ts";
import { pieceAt } from "./pointing.ts";
import { postureLines } from "./posture.ts";
import type { Size } from "./screen/size.ts";

/** Rows above and below a page. */
const above = 3;
const below = 1;

/** The room that a page has. */
export const bodySize = ({ columns, rows }: Size): Size => ({ columns, rows: Math.max(1, rows - above - below) });

/** Where the page begins. */
export const bodyTop = above;

export interface Chrome {
  tabs: readonly { name: string; title: string; badge: (model: DeckModel) => number }[];
  front: string;
  /** What was said last. */
  word: { text: string; look: Look } | null;
  /** Keys that are of use here. */
  hints: readonly (readonly [key: string, title: string])[];
}

/** The whole picture: posture, tabs, the page, the line at the bottom, and the dialogs over them. */
export function frameOf(
  model: DeckModel,
  chrome: Chrome,
  page: Drawing,
  dialogs: readonly Drawing[],
  size: Size,
): Drawing {
  const { columns, rows } = size;
  const head = [...postureLines(model, columns), tabLine(chrome, model, columns)];
  const body = moved(page, 0, bodyTop);
  return {
    parts: [
      ...body.parts,
      { x: 0, y: 0, width: columns, height: above, lines: head },
      { x: 0, y: rows - below, width: columns, height: below, lines: [footLine(chrome)] },
      ...dialogs.flatMap((dialog) => dialog.parts),
    ],
    cursor: dialogs.length > 0 ? dialogs.at(-1)?.cursor : body.cursor,
  };
}

/** The page whose tab lies at a column of so many. */
export function tabAt(chrome: Chrome, model: DeckModel, x: number, columns: number): string | undefined {
  const pieces = tabsShown(chrome, model, columns);
  return pieces[
    pieceAt(
      pieces.map(({ width }) => width),
      x,
    )
  ]?.name;
}

/** The key, as it is shown, of the hint that lies at a column of the bottom line. */
export function hintAt({ word, hints }: Chrome, x: number): string | undefined {
  if (word !== null) return undefined;
  return hints[
    pieceAt(
      hints.map(([key, title]) => widthOf(key) + widthOf(title) + 3),
      x,
    )
  ]?.[0];
}

const tabLine = (chrome: Chrome, model: DeckModel, columns: number): Line =>
  line(...tabsShown(chrome, model, columns).flatMap(({ spans }) => spans));

/** What stands in the row of tabs. */
interface TabPiece {
  /** The page that a click on it shows. */
  name: string;
  width: number;
  spans: (readonly [string, Look])[];
}

/** The tabs that fit: all, or those around the front page, with a mark at either end where there are more. */
function tabsShown(chrome: Chrome, model: DeckModel, columns: number): TabPiece[] {
  const tabs = chrome.tabs.map(({ name, ...tab }): TabPiece =>
    pieceOf(name, piecesOf({ name, ...tab }, chrome.front, model)),
  );
  if (widthOfAll(tabs) <= columns) return tabs;
  const front = chrome.tabs.findIndex(({ name }) => name === chrome.front);
  // The neighbour is in view as well, so that it is seen where the next key leads.
  const end = Math.min(tabs.length, front + 2);
  let from = 0;
  while (from < front && widthOfAll(tabs.slice(from, end)) > roomOf(from, end)) from += 1;
  let to = Math.min(tabs.length, front + 1);
  while (to < tabs.length && widthOfAll(tabs.slice(from, to + 1)) <= roomOf(from, to + 1)) to += 1;
  const mark = (at: number, sign: string): TabPiece[] => {
    const tab = tabs[at];
    return tab === undefined ? [] : [pieceOf(tab.name, [[sign, "key"]])];
  };
  return [...mark(from - 1, "‹"), ...tabs.slice(from, to), ...mark(to, "›")];

  function roomOf(first: number, behind: number): number {
    return columns - (first > 0 ? 1 : 0) - (behind < tabs.length ? 1 : 0);
  }
}

const pieceOf = (name: string, spans: (readonly [string, Look])[]): TabPiece => ({
  name,
  width: spans.reduce((sum, [text]) => sum + widthOf(text), 0),
  spans,
});

const widthOfAll = (pieces: readonly TabPiece[]): number => pieces.reduce((sum, { width }) => sum + width, 0);

function piecesOf(
  { name, title, badge }: Chrome["tabs"][number],
  front: string,
  model: DeckModel,
): (readonly [string, Look])[] {
  const count = badge(model);
  const mark: (readonly [string, Look])[] = count > 0 ? [[`${count} `, "act"]] : [];
  return name === front ? [[`▌${title} `, "border_focused"], ...mark] : [[` ${title} `, "faint"], ...mark];
}

function footLine({ word, hints }: Chrome): Line {
  if (word !== null) return line([` ${word.text}`, word.look]);
  return line(
    ...hints.flatMap(([key, title]): (readonly [string, Look])[] => [
      [` ${key}`, "key"],
      [` ${title} `, "faint"],
    ]),
  );
}
