import { wrap } from "../../words/width.ts";
import { line, type Line } from "./block.ts";
import type { Look } from "./look.ts";

/** A sentence on a page that has nothing else to show, indented and wrapped. */
export const told = (text: string, columns: number, look: Look = "faint"): Line[] =>
  wrap(text, Math.max(10, columns - 4)).map((row) => line([`  ${row}`, look]));
