import { widthOf } from "../../words/width.ts";

/** A path in at most so many columns: what is cut is its beginning, for its end is what it is known by. */
export function tailOf(path: string, columns: number): string {
  if (widthOf(path) <= columns) return path;
  const signs = Array.from(path);
  let width = 1;
  let from = signs.length;
  while (from > 0) {
    const next = widthOf(signs[from - 1] ?? "");
    if (width + next > columns) break;
    width += next;
    from -= 1;
  }
  return `…${signs.slice(from).join("")}`;
}
