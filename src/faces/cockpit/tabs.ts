import { widthOf } from "../words/width.ts";
import { line, type Line } from "./draw/block.ts";
import type { Look } from "./draw/look.ts";
import type { DeckModel } from "./model/deck-model.ts";
import { pieceAt } from "./pointing.ts";

/** A page as its tab shows it. */
export interface Tab {
  name: string;
  title: string;
  /** How many things on it want to be looked at. */
  badge: (model: DeckModel) => number;
}

interface TabRow {
  tabs: readonly Tab[];
  /** The name of the page in front. */
  front: string;
}

/** The row of tabs in so many columns. */
export const tabLine = (row: TabRow, model: DeckModel, columns: number): Line =>
  line(...tabsShown(row, model, columns).flatMap(({ spans }) => spans));

/** The page whose tab lies at a column of so many. */
export function tabAt(row: TabRow, model: DeckModel, x: number, columns: number): string | undefined {
  const pieces = tabsShown(row, model, columns);
  const widths = pieces.map(({ width }) => width);
  return pieces[pieceAt(widths, x)]?.name;
}

/** What stands in the row of tabs. */
interface TabPiece {
  /** The page that a click on it shows. */
  name: string;
  width: number;
  spans: (readonly [string, Look])[];
}

/** The tabs that fit: all, or those around the front page, with a mark at either end where there are more. */
function tabsShown(row: TabRow, model: DeckModel, columns: number): TabPiece[] {
  const tabs = row.tabs.map((tab): TabPiece => pieceOf(tab.name, piecesOf(tab, row.front, model)));
  if (widthOfAll(tabs) <= columns) return tabs;
  const front = row.tabs.findIndex(({ name }) => name === row.front);
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

function piecesOf({ name, title, badge }: Tab, front: string, model: DeckModel): (readonly [string, Look])[] {
  const count = badge(model);
  const mark: (readonly [string, Look])[] = count > 0 ? [[`${count} `, "act"]] : [];
  return name === front ? [[`▌${title} `, "border_focused"], ...mark] : [[` ${title} `, "faint"], ...mark];
}
