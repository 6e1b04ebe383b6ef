import type { Input } from "../screen/input.ts";
import { edited, editing, textOf, type Editing } from "./editor.ts";

/** A text that is being written, with what it was before. Replaced, never changed. */
export interface Writing {
  text: Editing;
  past: readonly Editing[];
  /** The last change was a letter: the next one is undone with it. */
  isWord: boolean;
}

/** So many changes are remembered. */
const mostPast = 200;

/** Undo. Terminals send Ctrl+_ for Ctrl+/ and for Ctrl+-; Ctrl+Z suspends. */
const undoKeys: ReadonlySet<string> = new Set(["ctrl+_", "ctrl+-", "ctrl+/", "alt+z"]);

export const writing = (text = ""): Writing => ({ text: editing(text), past: [], isWord: false });

/** Another text in its place, which can be undone. */
export const replacedBy = ({ text, past }: Writing, next: Editing): Writing => ({
  text: next,
  past: [...past, text].slice(-mostPast),
  isWord: false,
});

/** The text after an input; undefined when the input is none that edits. */
export function written(state: Writing, input: Input): Writing | undefined {
  if (input.type === "key" && undoKeys.has(input.key)) {
    const last = state.past.at(-1);
    return last === undefined
      ? { ...state, isWord: false }
      : { text: last, past: state.past.slice(0, -1), isWord: false };
  }
  const next = edited(state.text, input);
  if (next === undefined) return undefined;
  if (textOf(next) === textOf(state.text)) return { ...state, text: next, isWord: false };
  const isLetter = input.type === "key" && input.text !== "" && input.text !== " ";
  if (isLetter && state.isWord) return { ...state, text: next };
  return { text: next, past: [...state.past, state.text].slice(-mostPast), isWord: isLetter };
}
