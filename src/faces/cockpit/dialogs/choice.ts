import { fuzzyFilter } from "@earendil-works/pi-tui/dist/fuzzy.js";
import { pad, widthOf } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { firstShown } from "../draw/listing.ts";
import type { Look } from "../draw/look.ts";
import { tame } from "../draw/tame.ts";
import { drawEditing, edited, editing, textOf, type Editing } from "../edit/editor.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Dialog, Hands } from "../page.ts";
import { centred, tallest } from "./centred.ts";

/** Something that can be chosen. */
export interface Option {
  id: string;
  /** In a column of its own, before its text: such as a state. */
  mark?: readonly [text: string, look: Look];
  text: string;
  /** At the right end, faint. */
  about?: string;
}

export interface Choice {
  title: string;
  /** What there is at this moment. */
  options: (model: DeckModel) => readonly Option[];
  /** What is chosen already: the cursor begins on it. */
  chosen?: string | undefined;
  /** What Enter does: "shows it". */
  verb: string;
  choose: (id: string, hands: Hands) => void;
}

interface ChoiceState {
  query: Editing;
  /** The option with the cursor; null: the first one. */
  cursor: string | null;
}

/** Lets one of a list be chosen, which a few letters narrow down. */
export function choiceDialog({ title, options, chosen, verb, choose }: Choice): Dialog<ChoiceState> {
  const found = (model: DeckModel, { query }: ChoiceState): Option[] =>
    fuzzyFilter([...options(model)], textOf(query), ({ id, text, about = "" }) => `${text} ${about} ${id}`);
  const placeOf = (list: readonly Option[], { cursor }: ChoiceState): number =>
    Math.max(
      0,
      list.findIndex(({ id }) => id === cursor),
    );
  return {
    name: "choice",
    begin: { query: editing(), cursor: chosen ?? null },
    draw({ model, state, size }) {
      const all = options(model).length;
      const at = centred(size, Math.min(90, size.columns - 2), Math.min(Math.max(6, all + 4), tallest(size)));
      const list = found(model, state);
      const place = placeOf(list, state);
      const rows = at.height - 4;
      const first = firstShown(list.length, place, rows);
      const marks = Math.max(0, ...list.map(({ mark }) => mark?.[0].length ?? 0));
      const query = drawEditing(state.query, { width: at.width - 6, height: 1 });
      const shown = list
        .slice(first, first + rows)
        .map((one, index) => rowOf(one, { isCursor: first + index === place, marks, width: at.width - 3 }));
      const lines = [
        line([" ❯ ", "key"], ...(query.lines[0]?.spans ?? [])),
        line(["─".repeat(at.width - 2), "border"]),
        ...(shown.length === 0 ? [line([" nothing has these letters", "faint"])] : shown),
      ];
      const foot = `Enter ${verb} · ↑↓ choose · letters narrow it down · Esc closes`;
      const box = boxed(lines, at, { title, note: `${list.length} of ${all}`, foot, border: "border_focused" });
      return { parts: [box], cursor: { x: at.x + 4 + query.cursor.x, y: at.y + 1 } };
    },
    input(input, { model, state, hands }) {
      if (input.type === "mouse") return { state };
      const list = found(model, state);
      const to = (place: number): { state: ChoiceState } => ({
        state: { ...state, cursor: list[Math.max(0, Math.min(list.length - 1, place))]?.id ?? null },
      });
      if (input.type === "key") {
        if (input.key === "escape") return "close";
        if (input.key === "up" || input.key === "down") return to(placeOf(list, state) + (input.key === "up" ? -1 : 1));
        if (input.key === "home" || input.key === "end") return to(input.key === "home" ? 0 : list.length - 1);
        if (input.key === "enter") {
          const option = list[placeOf(list, state)];
          if (option === undefined) return { state };
          choose(option.id, hands);
          return "close";
        }
      }
      const written = input.type === "paste" ? { ...input, text: input.text.replaceAll("\n", " ") } : input;
      const query = edited(state.query, written);
      return query === undefined || query.lines.length > 1 ? "pass" : { state: { query, cursor: null } };
    },
  };
}

const cursorColumns = 3;

function rowOf(
  { mark, text, about = "" }: Option,
  { isCursor, marks, width }: { isCursor: boolean; marks: number; width: number },
): Line {
  const head = marks === 0 ? "" : `${pad(mark?.[0] ?? "", marks)}  `;
  // Where there is room for half a sentence, what stands behind it is whole.
  const behind = width - cursorColumns - widthOf(head) - widthOf(about) >= 30 ? about : "";
  const room = Math.max(0, width - cursorColumns - widthOf(head) - (behind === "" ? 0 : widthOf(behind) + 2));
  const row = line([isCursor ? " ▸ " : "   ", "key"], [head, mark?.[1] ?? "plain"], pad(tame(text), room), [
    behind === "" ? "" : `  ${behind}`,
    "faint",
  ]);
  return isCursor ? { ...row, fill: "cursor" } : row;
}
