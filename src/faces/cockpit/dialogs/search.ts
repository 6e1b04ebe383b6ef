import { line } from "../draw/block.ts";
import { drawEditing, edited, editing, textOf, type Editing } from "../edit/editor.ts";
import type { Dialog } from "../page.ts";
import { widthOf } from "../../words/width.ts";

export interface Search {
  /** What is looked for already. */
  text: string;
  changed: (text: string) => void;
  /** To the next that has it, back or forth. */
  step: (way: 1 | -1) => void;
  /** How many have it, in words. */
  told: () => { text: string; isMissing: boolean };
  /** Nothing is written any more. */
  closed: () => void;
}

/** The line at the bottom in which a text is looked for while it is written. Enter keeps it, Esc looks for nothing any more. */
export function searchDialog({ text, changed, step, told, closed }: Search): Dialog<Editing> {
  return {
    name: "search",
    begin: editing(text),
    draw({ state, size }) {
      const { lines, cursor } = drawEditing(state, { width: Math.max(8, Math.floor(size.columns / 2)), height: 1 });
      const wanted = textOf(state);
      const { text: words, isMissing } = wanted === "" ? { text: "write what to look for", isMissing: false } : told();
      const y = size.rows - 1;
      const spans = lines[0]?.spans ?? [];
      const taken = 6 + spans.reduce((sum, one) => sum + widthOf(one.text), 0) + widthOf(words);
      const row = line(
        [" / ", "key"],
        ...spans,
        [`   ${words}`, isMissing ? "warning" : "faint"],
        [hints.find((hint) => taken + widthOf(hint) <= size.columns) ?? "", "faint"],
      );
      return {
        parts: [{ x: 0, y, width: size.columns, height: 1, lines: [row] }],
        cursor: { x: 3 + cursor.x, y },
      };
    },
    input(input, { state }) {
      if (input.type === "key" && input.key === "escape") {
        changed("");
        return "close";
      }
      if (input.type === "key" && input.key === "enter") return "close";
      if (input.type === "key" && (input.key === "up" || input.key === "down")) {
        step(input.key === "up" ? -1 : 1);
        return { state };
      }
      const next =
        input.type === "paste" ? edited(state, { ...input, text: oneRow(input.text) }) : edited(state, input);
      if (next === undefined || next.lines.length > 1) return "pass";
      if (textOf(next) !== textOf(state)) changed(textOf(next));
      return { state: next };
    },
    closed: () => closed(),
  };
}

/** As much of it as there is room for. */
const hints = ["   ↑↓ step · Enter keeps · Esc clears", "   Enter keeps · Esc clears", "   Esc clears"];

const oneRow = (text: string): string => text.replaceAll("\n", " ");
