import type { Paint } from "./paint.ts";
import type { Piece } from "./pieces.ts";
import { renderLine } from "./pieces.ts";
import { clip, pad, widthOf } from "../words/width.ts";

export interface Table {
  titles: string[];
  rows: Piece[][];
  /** Positions of the columns that are aligned to the right. */
  right: number[];
}

const gap = 2;

/** Aligned lines. On a terminal they are cut at its edge; elsewhere they are as long as they are. */
export function tableLines(table: Table, columns: number | undefined, paint: Paint): string[] {
  const titles: Piece[] = table.titles.map((text) => ({ text, style: "faint" }));
  const all = [titles, ...table.rows];
  const widths = table.titles.map((_, index) => Math.max(...all.map((row) => widthOf(row[index]?.text ?? ""))));
  return all.map((row) => {
    const cells = row.map((piece, index) => cell(piece, widths[index] ?? 0, table, index, columns));
    return renderLine(cells, columns ?? Number.MAX_SAFE_INTEGER, paint).trimEnd();
  });
}

function cell(piece: Piece, width: number, table: Table, index: number, columns: number | undefined): Piece {
  if (index === table.titles.length - 1)
    return columns === undefined ? piece : { ...piece, text: clip(piece.text, columns) };
  const text = pad(piece.text, width, table.right.includes(index) ? "right" : "left") + " ".repeat(gap);
  return { ...piece, text };
}
