import type { Drawing } from "./draw/block.ts";

/** What a click in a drawing means: the target of the line there, of what lies on top; undefined where there is none. */
export function targetAt({ parts }: Drawing, x: number, y: number): string | undefined {
  const part = parts.findLast((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height);
  return part?.lines[y - part.y]?.target;
}

/** Which of several pieces in a row lies at a column. */
export function pieceAt(widths: readonly number[], x: number): number {
  let end = 0;
  return widths.findIndex((width) => {
    end += width;
    return x < end;
  });
}
