import { line } from "../draw/block.ts";
import { count as counted } from "../../../base/units.ts";
import { drawEditing, edited, editing, textOf, type Editing } from "../edit/editor.ts";
import type { Dialog } from "../page.ts";

export interface Search {
  /** What is looked for already. */
  text: string;
  changed: (text: string) => void;
  /** To the next that has it, back or forth. */
  step: (way: 1 | -1) => void;
  /** How many have it. */
  count: (text: string) => number;
}

/** The line at the bottom in which a text is looked for while it is written. Enter keeps it, Esc looks for nothing any more. */
export function searchDialog({ text, changed, step, count }: Search): Dialog<Editing> {
  return {
    name: "search",
    begin: editing(text),
    draw({ state, size }) {
      const { lines, cursor } = drawEditing(state, { width: Math.max(8, Math.floor(size.columns / 2)), height: 1 });
      const wanted = textOf(state);
      const found = wanted === "" ? 0 : count(wanted);
      const told =
        wanted === "" ? "write what to look for" : found === 0 ? "nowhere" : `in ${counted(found, "entry", "entries")}`;
      const y = size.rows - 1;
      const row = line(
        [" / ", "key"],
        ...(lines[0]?.spans ?? []),
        [`   ${told}`, found === 0 && wanted !== "" ? "warning" : "faint"],
        ["   ↑↓ step · Enter keeps · Esc clears", "faint"],
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
  };
}

const oneRow = (text: string): string => text.replaceAll("\n", " ");
