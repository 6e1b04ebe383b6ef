import { line, type Drawing } from "./draw/block.ts";
import { wrap } from "../words/width.ts";
import type { Size } from "./screen/size.ts";

/** Less than this shows nothing that anybody could go by. */
const least: Size = { columns: 60, rows: 15 };

/** Whether a terminal is too small for the cockpit. */
export const isCramped = ({ columns, rows }: Size): boolean => columns < least.columns || rows < least.rows;

/** The size for which pages and dialogs are drawn and asked: never less than they can do with; what is too much is cut. */
export const atLeast = ({ columns, rows }: Size): Size => ({
  columns: Math.max(columns, least.columns),
  rows: Math.max(rows, least.rows),
});

/**
 * What is shown in a terminal that is too small: that it is, and what can be done all the same.
 * @param ways the keys that do something here, with what they do
 */
export function crampedDrawing(size: Size, needs: number, ways: readonly (readonly [string, string])[]): Drawing {
  const { columns, rows } = size;
  const texts = [
    ...(needs > 0 ? [`${needs} NEED${needs === 1 ? "S" : ""} YOU`] : []),
    `This terminal has ${columns} x ${rows} characters: the cockpit needs ${least.columns} x ${least.rows}. The fleet goes on.`,
    ...ways.map(([key, what]) => `${key}: ${what}`),
  ];
  const lines = texts.flatMap((text, index) =>
    wrap(text, columns).map((row) => line([row, needs > 0 && index === 0 ? "act" : "plain"])),
  );
  return { parts: [{ x: 0, y: 0, width: columns, height: rows, lines }] };
}
