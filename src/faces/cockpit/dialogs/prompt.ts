import { Fault, messageOf } from "../../../base/fault.ts";
import { count } from "../../../base/units.ts";
import { widthOf, wrap } from "../../words/width.ts";
import { boxed } from "../draw/box.ts";
import { line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import { drawEditing, editing, rowMoved, textOf, type Editing } from "../edit/editor.ts";
import { replacedBy, writing, written, type Writing } from "../edit/writing.ts";
import type { Dialog, Hands } from "../page.ts";
import type { Size } from "../screen/size.ts";
import { centred } from "./centred.ts";

export interface Prompt {
  /** For its history and its draft: "goal", "send". */
  kind: string;
  /** Whom it is for, where each has a draft of its own: a construct, a run. */
  target?: string;
  title: string;
  /** What will happen with what is written, a line each. */
  words: readonly (string | readonly [string, Look])[];
  /** Written already, unless there is a draft. */
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
  writing: Writing;
  /** How far back in the history; 0: what is being written. */
  back: number;
  /** What was being written when the history was gone into. */
  own: Editing;
}

/** Asks for a text of any number of lines: with history, undo, a draft that is kept on Esc, and pastes as they are. */
export function promptDialog(prompt: Prompt, hands: Hands): Dialog<PromptState> {
  const { kind, title, verb, initial = "" } = prompt;
  const draftKey = prompt.target === undefined ? kind : `${kind} ${prompt.target}`;
  const draft = hands.local.draft(draftKey);
  const begun = writing(draft === "" ? initial : draft);
  return {
    name: `prompt.${kind}`,
    begin: { writing: begun, back: 0, own: begun.text },
    draw({ state, size }) {
      const { width, height, words } = roomOf(prompt, state, size);
      const { text } = state.writing;
      const shown = drawEditing(text, { width: width - 4, height });
      const rows = shown.lines.map((one): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] }));
      const at = centred(size, width, words.length + height + 2);
      const note = [
        ...(state.back > 0 ? [`history ${state.back} of ${hands.local.history(kind).length}`] : []),
        ...(draft !== "" && state.writing.past.length === 0 && state.back === 0 ? ["your draft"] : []),
        amountOf(text),
      ].join(" · ");
      const foots = [
        `Enter ${verb} · Alt+Enter new line · ↑↓ history · Alt+Z undo · Esc keeps the draft`,
        `Enter ${verb} · Alt+Enter new line · ↑↓ history · Esc keeps the draft`,
        `Enter ${verb} · Alt+Enter line · ↑↓ history · Esc keeps it`,
      ];
      const foot = foots.find((text) => widthOf(text) <= width - 6) ?? `Enter ${verb} · Esc keeps it`;
      const box = boxed([...words, ...rows], at, { title, note, foot, border: "border_focused" });
      return { parts: [box], cursor: { x: at.x + 2 + shown.cursor.x, y: at.y + 1 + words.length + shown.cursor.y } };
    },
    input(input, { state, hands, size }) {
      if (input.type === "key" && input.key === "escape") return "close";
      if (input.type === "key" && input.key === "enter") {
        const text = textOf(state.writing.text).trim();
        if (text === "" && prompt.canBeEmpty !== true) {
          hands.say("there is nothing written yet: Esc closes", "warning");
          return { state };
        }
        if (problemOf(prompt, text) !== null) return { state };
        if (text !== "") hands.local.remember(kind, text);
        hands.local.keepDraft(draftKey, "");
        prompt.submit(text, hands);
        return "close";
      }
      if (input.type === "key" && (input.key === "up" || input.key === "down")) {
        const way = input.key === "up" ? -1 : 1;
        const moved = rowMoved(state.writing.text, roomOf(prompt, state, size).width - 4, way);
        if (moved !== undefined) return { state: { ...state, writing: { ...state.writing, text: moved } } };
        return { state: fromHistory(state, way, hands.local.history(kind)) };
      }
      const next = written(state.writing, input);
      if (next === undefined) return input.type === "mouse" ? { state } : "pass";
      const text = textOf(next.text);
      if (text !== textOf(state.writing.text)) hands.local.keepDraft(draftKey, text === initial ? "" : text);
      return { state: { writing: next, back: 0, own: next.text } };
    },
  };
}

/** The width of the box, the rows for the text, and the words above it. */
function roomOf(
  prompt: Prompt,
  { writing }: PromptState,
  size: Size,
): { width: number; height: number; words: Line[] } {
  const { width } = centred(size, Math.min(90, size.columns - 2), 1);
  // Its place is there from the beginning, so that nothing moves when something is wrong.
  const problem = prompt.parse === undefined ? [] : [[problemOf(prompt, textOf(writing.text)) ?? " ", "bad"] as const];
  const all = [...prompt.words, ...problem].flatMap((word): Line[] => {
    const [text, look] = typeof word === "string" ? ([word, "faint"] as const) : word;
    return wrap(text, width - 4).map((one) => line([` ${one}`, look]));
  });
  const head = all.slice(0, Math.max(1, size.rows - 8));
  const shown = head.length === 0 ? [] : [...head, line(["─".repeat(width - 2), "border"])];
  const most = Math.max(1, size.rows - shown.length - 4);
  const wanted = drawEditing(writing.text, { width: width - 4, height: most }).lines.length + 1;
  return { width, height: Math.min(most, Math.max(3, wanted)), words: shown };
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

function amountOf({ lines }: Editing): string {
  const characters = lines.reduce((sum, one) => sum + one.length, 0) + lines.length - 1;
  if (characters === 0) return "";
  return lines.length > 1 ? `${lines.length} lines · ${characters}` : count(characters, "character");
}

/** What was written before, or after it; at its ends, the same. */
function fromHistory(state: PromptState, way: 1 | -1, history: readonly string[]): PromptState {
  const to = Math.min(history.length, Math.max(0, state.back - way));
  if (to === state.back) return state;
  const text = to === 0 ? state.own : editing(history.at(-to));
  return { ...state, back: to, writing: replacedBy(state.writing, text) };
}
