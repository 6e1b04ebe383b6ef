import { line } from "../draw/block.ts";
import { drawEditing, edited, editing, textOf, type Editing } from "../edit/editor.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Dialog } from "../page.ts";
import { widthOf } from "../../words/width.ts";

/** A line that acts as it is written, such as a search or a filter. */
export interface LiveLine {
  name: string;
  /** What stands before the text: "/". */
  mark: string;
  initial: string;
  /** What has come of the text so far. */
  note: (model: DeckModel) => string;
  /** With every change, and at the end: null when it was given up with Esc. */
  changed: (text: string | null) => void;
  /** Enter: the text stays. */
  kept?: (text: string) => void;
}

/** Asks for one line at the bottom of the screen, while the page above shows at once what comes of it. */
export function liveLineDialog({ name, mark, initial, note, changed, kept }: LiveLine): Dialog<Editing> {
  return {
    name,
    begin: editing(initial),
    draw({ model, state, size }) {
      const end = ` ${note(model)} · Enter keeps · Esc clears `;
      const width = Math.max(10, size.columns - widthOf(mark) - widthOf(end) - 2);
      const shown = drawEditing(tailOf(state, width), { width, height: 1 });
      const text = shown.lines[0]?.spans ?? [];
      const blanks = " ".repeat(Math.max(0, width - text.reduce((sum, span) => sum + widthOf(span.text), 0)));
      const row = line([` ${mark}`, "key"], ...text, blanks, [end, "faint"]);
      const y = size.rows - 1;
      return {
        parts: [{ x: 0, y, width: size.columns, height: 1, lines: [row] }],
        cursor: { x: widthOf(mark) + 1 + shown.cursor.x, y },
      };
    },
    input(input, { state }) {
      if (input.type === "key" && input.key === "escape") {
        changed(null);
        return "close";
      }
      if (input.type === "key" && input.key === "enter") {
        kept?.(textOf(state));
        return "close";
      }
      const written = edited(state, input);
      if (written === undefined) return "pass";
      // What is pasted may have lines.
      const next = written.lines.length === 1 ? written : editing(written.lines.join(" "));
      if (textOf(next) !== textOf(state)) changed(textOf(next));
      return { state: next };
    },
  };
}

/** Of a text that is longer than its place, the part before the cursor that fits. */
function tailOf(text: Editing, width: number): Editing {
  let [only = ""] = text.lines;
  let { at } = text;
  while (widthOf(only.slice(0, at)) >= width && at > 0) {
    only = only.slice(1);
    at -= 1;
  }
  return { lines: [only], row: 0, at };
}
