import { line, moved, type Drawing, type Line } from "./draw/block.ts";
import type { Look } from "./draw/look.ts";
import type { DeckModel } from "./model/deck-model.ts";
import { widthOf } from "../words/width.ts";
import { pieceAt } from "./pointing.ts";
import { postureLines } from "./posture.ts";
import type { Size } from "./screen/size.ts";
import { tabLine, type Tab } from "./tabs.ts";

/** Rows above and below a page. */
const above = 3;
const below = 1;

/** The room that a page has. */
export const bodySize = ({ columns, rows }: Size): Size => ({ columns, rows: Math.max(1, rows - above - below) });

/** Where the page begins. */
export const bodyTop = above;

export interface Chrome {
  tabs: readonly Tab[];
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

/** The hints that there is room for, whole; the last one is always there, since it leads to all others. */
export function fittingHints(hints: Chrome["hints"], columns: number): Chrome["hints"] {
  const last = hints.at(-1);
  if (last === undefined) return hints;
  const fitting: (readonly [string, string])[] = [];
  let room = columns - hintWidth(last);
  for (const hint of hints.slice(0, -1)) {
    room -= hintWidth(hint);
    if (room < 0) break;
    fitting.push(hint);
  }
  return [...fitting, last];
}

const hintWidth = ([key, title]: readonly [string, string]): number => widthOf(key) + widthOf(title) + 3;

/** The key, as it is shown, of the hint that lies at a column of the bottom line. */
export function hintAt({ word, hints }: Chrome, x: number): string | undefined {
  if (word !== null) return undefined;
  return hints[pieceAt(hints.map(hintWidth), x)]?.[0];
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
