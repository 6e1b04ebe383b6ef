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

/** The page whose tab lies at a column. */
export function tabAt(chrome: Chrome, model: DeckModel, x: number, columns: number): string | undefined {
  const { tabs, isCutBefore } = tabsIn(chrome, model, columns);
  const widths = tabs.map(({ pieces }) => widthOfPieces(pieces));
  return tabs[pieceAt(widths, x - (isCutBefore ? 1 : 0))]?.name;
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

function tabLine(chrome: Chrome, model: DeckModel, columns: number): Line {
  const { tabs, isCutBefore, isCutAfter } = tabsIn(chrome, model, columns);
  const pieces = tabs.flatMap((tab) => tab.pieces);
  const room = columns - (isCutBefore ? 1 : 0) - (isCutAfter ? 1 : 0) - widthOfPieces(pieces);
  return line(
    ...(isCutBefore ? [["‹", "key"] as const] : []),
    ...pieces,
    ...(isCutAfter ? [" ".repeat(Math.max(0, room)), ["›", "key"] as const] : []),
  );
}

type Piece = readonly [string, Look];
const widthOfPieces = (pieces: readonly Piece[]): number => pieces.reduce((sum, [text]) => sum + widthOf(text), 0);

/** The tabs that there is room for: from the first on, or as many before the front one as leave room for it and the one after it. */
function tabsIn(chrome: Chrome, model: DeckModel, columns: number) {
  const all = chrome.tabs.map((tab) => ({ name: tab.name, pieces: piecesOf(tab, chrome.front, model) }));
  const widths = all.map(({ pieces }) => widthOfPieces(pieces));
  const sum = (from: number, to: number): number => widths.slice(from, to).reduce((whole, width) => whole + width, 0);
  if (sum(0, all.length) <= columns) return { tabs: all, isCutBefore: false, isCutAfter: false };
  const front = all.findIndex(({ name }) => name === chrome.front);
  const room = columns - 2;
  const end = Math.min(all.length, front + 2);
  let first = 0;
  while (first < front && sum(first, end) > room) first += 1;
  let last = front + 1;
  while (last < all.length && sum(first, last + 1) <= room) last += 1;
  return { tabs: all.slice(first, last), isCutBefore: first > 0, isCutAfter: last < all.length };
}

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
