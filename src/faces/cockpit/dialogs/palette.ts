import { fuzzyFilter } from "@earendil-works/pi-tui/dist/fuzzy.js";
import { boxed } from "../draw/box.ts";
import { line, type Line } from "../draw/block.ts";
import { firstShown } from "../draw/listing.ts";
import { drawEditing, edited, editing, textOf, type Editing } from "../edit/editor.ts";
import { keysText } from "../keymap.ts";
import type { BoundAction } from "../mount.ts";
import type { Dialog } from "../page.ts";
import { widthOf } from "../../words/width.ts";
import { centred, tallest } from "./centred.ts";

/** An action as the palette offers it. */
export type Offered = Pick<BoundAction, "id" | "title" | "keys" | "run">;

interface PaletteState {
  query: Editing;
  place: number;
}

/** Every action that can be done here, found by a few letters of its name; Enter does it. */
export function paletteDialog(offered: readonly Offered[]): Dialog<PaletteState> {
  const found = ({ query }: PaletteState): Offered[] =>
    fuzzyFilter([...offered], textOf(query), ({ title, id }) => `${title} ${id}`);
  return {
    name: "palette",
    begin: { query: editing(), place: 0 },
    draw({ state, size }) {
      const at = centred(size, Math.min(78, size.columns - 4), Math.min(offered.length + 5, tallest(size)));
      const inner = at.width - 4;
      const rows = at.height - 4;
      const text = drawEditing(state.query, { width: inner - 2, height: 1 });
      const actions = found(state);
      const first = firstShown(actions.length, state.place, rows);
      const list = actions
        .slice(first, first + rows)
        .map((action, index): Line => rowOf(action, first + index === state.place, inner));
      const none = line([" nothing is called so", "faint"]);
      const lines = [
        line([" ❯ ", "key"], ...(text.lines[0]?.spans ?? [])),
        line([" ─".repeat(1) + "─".repeat(inner), "border"]),
        ...(list.length === 0 ? [none] : list),
      ];
      const box = boxed(lines, at, {
        title: "What do you want to do?",
        note: `${actions.length} of ${offered.length}`,
        foot: "Enter does it · ↑↓ choose · Esc closes",
        border: "border_focused",
      });
      return { parts: [box], cursor: { x: at.x + 4 + text.cursor.x, y: at.y + 1 } };
    },
    input(input, { state, hands }) {
      if (input.type === "mouse") return { state };
      if (input.type === "key" && input.key === "escape") return "close";
      if (input.type === "key" && input.key === "enter") {
        const chosen = found(state)[state.place];
        if (chosen === undefined) return { state };
        // When this dialog is gone: what it does may open another one.
        queueMicrotask(() => hands.act(chosen.id));
        return "close";
      }
      if (input.type === "key" && (input.key === "up" || input.key === "down")) {
        const count = found(state).length;
        const place = Math.max(0, Math.min(count - 1, state.place + (input.key === "up" ? -1 : 1)));
        return { state: { ...state, place } };
      }
      const query = edited(
        state.query,
        input.type === "paste" ? { ...input, text: input.text.replaceAll("\n", " ") } : input,
      );
      return query === undefined ? "pass" : { state: { query, place: 0 } };
    },
  };
}

function rowOf({ title, keys }: Offered, isCursor: boolean, width: number): Line {
  const key = keysText(keys);
  const gap = Math.max(1, width - 3 - widthOf(title) - widthOf(key));
  const row = line([isCursor ? " ▸ " : "   ", "key"], title, " ".repeat(gap), [key, "key"]);
  return isCursor ? { ...row, fill: "cursor" } : row;
}
