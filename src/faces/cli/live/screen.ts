import { stripVTControlCharacters } from "node:util";
import type { Output } from "../world.ts";
import { widthOf } from "../../words/width.ts";

/** A block at the bottom of a terminal that is drawn again in place, with permanent lines going up above it. */
export interface Screen {
  /** Replaces the block; `above` becomes part of the terminal's history. */
  draw(block: string[], above: string[]): void;
  /** Takes the block away; what was permanent stays. */
  clear(above: string[]): void;
}

/**
 * Between two frames the terminal is in its ordinary state (cursor shown, lines wrapping): however the program ends, there
 * is nothing to restore. The cursor rests on an empty line below the block.
 */
export function screen(out: Output): Screen {
  let drawn: number[] = [];

  const goUp = (): string => {
    const columns = Math.max(1, out.columns || 80);
    // Terminals reflow what no longer fits after a resize: a line may take several rows by now.
    const rows = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return `\r${rows > 0 ? `\u001b[${rows}A` : ""}`;
  };

  const put = (block: string[], above: string[]): void => {
    // Line by line, and the rest at the end: some terminals take a clearing of the whole screen for a page of history.
    const text = [...above, ...block].map((line) => `${line}\u001b[K\r\n`).join("");
    out.write(`${frameStart}${goUp()}${text}\u001b[J${frameEnd}`);
    drawn = block.map((line) => widthOf(stripVTControlCharacters(line)));
  };

  return {
    draw: put,
    clear(above) {
      if (drawn.length > 0 || above.length > 0) put([], above);
    },
  };
}

/** Synchronised update (terminals that lack it ignore it), hidden cursor, and no wrapping should a width be misjudged. */
const frameStart = "\u001b[?2026h\u001b[?25l\u001b[?7l";
const frameEnd = "\u001b[?7h\u001b[?25h\u001b[?2026l";
