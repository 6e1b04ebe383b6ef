import { Fault, messageOf } from "../../../base/fault.ts";
import { boxed } from "../draw/box.ts";
import { line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import { drawEditing, edited, editing, textOf, type Editing } from "../edit/editor.ts";
import type { Dialog, Hands } from "../page.ts";
import { wrap } from "../../words/width.ts";
import { centred } from "./centred.ts";

export interface Prompt {
  /** For its history and its draft: "goal", "send". */
  kind: string;
  title: string;
  /** What will happen with what is written, a line each. */
  words: readonly (string | readonly [string, Look])[];
  /** Written already; without it, the draft that was kept. */
  initial?: string;
  /** What Enter does, in a word: "send". */
  verb: string;
  /** Throws a fault where the text is none that will do: it is said while it is written, and Enter keeps it. */
  parse?: (text: string) => void;
  /** May be left empty. */
  canBeEmpty?: boolean;
  /** With the text, trimmed. */
  submit: (text: string, hands: Hands) => void;
}

interface PromptState {
  text: Editing;
  /** How far back in the history; 0: what is being written. */
  back: number;
  written: Editing;
}

/** Asks for a text of any number of lines: with history, a draft that is kept on Esc, and pastes as they are. */
export function promptDialog(prompt: Prompt, hands: Hands): Dialog<PromptState> {
  const { kind, title, verb } = prompt;
  const begun = editing(prompt.initial ?? hands.local.draft(kind));
  return {
    name: `prompt.${kind}`,
    begin: { text: begun, back: 0, written: begun },
    draw({ state, size }) {
      const width = Math.min(90, size.columns - 4);
      const rows = Math.min(
        Math.max(prompt.parse === undefined ? 3 : 5, state.text.lines.length + 1),
        Math.max(3, size.rows - prompt.words.length - 6),
      );
      const text = drawEditing(state.text, { width: width - 4, height: rows });
      const words = prompt.words.map((word): Line =>
        typeof word === "string" ? line([` ${word}`, "faint"]) : line([` ${word[0]}`, word[1]]),
      );
      const lines = [...words, ...text.lines.map((one) => ({ ...one, spans: [{ text: " " }, ...one.spans] }))];
      const at = centred(size, width, words.length + rows + 2);
      const foot = `Enter ${verb} · Alt+Enter new line · ↑↓ history · Esc keeps the draft`;
      const problem = problemOf(prompt, textOf(state.text));
      const said = (problem === null ? [] : wrap(problem, width - 4)).map((one) => line([` ${one}`, "bad"]));
      const box = boxed([...lines.slice(0, Math.max(1, at.height - 2 - said.length)), ...said], at, {
        title,
        foot,
        border: "border_focused",
      });
      return { parts: [box], cursor: { x: at.x + 2 + text.cursor.x, y: at.y + 1 + words.length + text.cursor.y } };
    },
    input(input, { state, hands }) {
      if (input.type === "key" && input.key === "escape") return "close";
      if (input.type === "key" && input.key === "enter") {
        const text = textOf(state.text).trim();
        if (text === "" && prompt.canBeEmpty !== true) {
          hands.say("there is nothing written yet: Esc closes", "warning");
          return { state };
        }
        if (problemOf(prompt, text) !== null) return { state };
        hands.local.remember(kind, text);
        hands.local.keepDraft(kind, "");
        prompt.submit(text, hands);
        return "close";
      }
      if (input.type === "key" && (input.key === "up" || input.key === "down")) {
        const turned = fromHistory(state, input.key, hands.local.history(kind));
        if (turned !== undefined) return { state: turned };
      }
      const text = edited(state.text, input);
      if (text === undefined) return "pass";
      if (prompt.initial === undefined) hands.local.keepDraft(kind, textOf(text));
      return { state: { text, back: 0, written: text } };
    },
  };
}

/** Why the text will not do; null: it will, or there is none yet. */
function problemOf({ parse }: Prompt, text: string): string | null {
  if (parse === undefined || text.trim() === "") return null;
  try {
    parse(text.trim());
    return null;
  } catch (error) {
    return [messageOf(error), error instanceof Fault ? (error.hint ?? "") : ""].filter((one) => one !== "").join("; ");
  }
}

/** Up in the first row and down in the last one go through what was written before. */
function fromHistory(state: PromptState, key: "up" | "down", history: readonly string[]): PromptState | undefined {
  const { text, back } = state;
  if (key === "up" ? text.row > 0 : text.row < text.lines.length - 1) return undefined;
  const to = Math.min(history.length, Math.max(0, back + (key === "up" ? 1 : -1)));
  if (to === back) return undefined;
  return { ...state, back: to, text: to === 0 ? state.written : editing(history.at(-to)) };
}
