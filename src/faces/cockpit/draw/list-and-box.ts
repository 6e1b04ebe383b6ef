import type { Size } from "../screen/size.ts";
import type { Drawing, Line } from "./block.ts";
import { boxed } from "./box.ts";
import { tableOf, withNote, type TableColumn } from "./table.ts";

/** Rows of the box below the list; where there is less room, there is none. */
export const boxRows = 8;
const leastForBox = 18;

interface BoxedList<R> {
  columns: readonly TableColumn<R>[];
  rows: readonly R[];
  idOf: (row: R) => string;
  /** Of the cursor among the rows. */
  place: number;
  /** At the right end of the titles. */
  note: string;
  /** What is told in the box of the row under the cursor. */
  about: (row: R) => { title: string; lines: readonly Line[] };
}

/** A list with its titles, and under it, where there is room, a box about the row under the cursor. */
export function listAndBox<R>({ columns, rows, idOf, place, note, about }: BoxedList<R>, size: Size): Drawing {
  const width = size.columns;
  const box = size.rows >= leastForBox ? boxRows : 0;
  const height = size.rows - box;
  const lines = withNote(tableOf(columns, rows, idOf, { place, width, height }), note, width);
  const list = { x: 0, y: 0, width, height, lines };
  const row = rows[place];
  if (box === 0 || row === undefined) return { parts: [list] };
  const { title, lines: told } = about(row);
  return { parts: [list, boxed(told, { x: 0, y: height, width, height: box }, { title })] };
}
