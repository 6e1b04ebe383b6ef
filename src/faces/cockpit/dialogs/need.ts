import { answersTo } from "../attention/answers.ts";
import { newDetailing, type Detail, type Detailing } from "../attention/detail.ts";
import { giveAnswer } from "../attention/give.ts";
import { answerLine, needHead } from "../attention/need-words.ts";
import { boxed } from "../draw/box.ts";
import { blank, type Line } from "../draw/block.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Need } from "../model/need.ts";
import { needInFocus, needsOf } from "../model/needs.ts";
import type { Dialog, Hands } from "../page.ts";
import type { Size } from "../screen/size.ts";
import { centred, tallest } from "./centred.ts";

interface NeedState {
  need: string;
  /** Since when it is shown, or what is shown of it. */
  shownAt: number;
  /** The first row of the details that is shown, and how many were seen, from the first. */
  top: number;
  seen: number;
  detailing: Detailing;
}

/** Everything about one thing that waits, and its answers; what is not seen to its end is not allowed. */
export function needDialog(need: string, now: number): Dialog<NeedState> {
  return {
    name: "need",
    begin: { need, shownAt: now, top: 0, seen: 0, detailing: newDetailing() },
    isOver: (model, state) => needInFocus(model, state) === undefined,
    draw({ model, state, size }) {
      const found = needInFocus(model, state);
      if (found === undefined) return { parts: [] };
      const { detail, at, rows } = layoutOf(found, model, state, size);
      const below = detail.lines.length - state.top - rows;
      const isSeen = Math.max(state.seen, state.top + rows) >= detail.toSee;
      const lines: Line[] = [
        ...needHead(found, model.now, at.width - 4),
        blank,
        ...fill(detail.lines.slice(state.top, state.top + rows), rows),
        blank,
        answerLine(answersTo(found), isSeen, found.construct !== null),
      ];
      const note = below > 0 ? `${below} more below` : "";
      const foot = "w s PgUp PgDn scroll · g next · Esc closes";
      return { parts: [boxed(lines.map(indented), at, { title: "Needs you", note, foot, border: "border_act" })] };
    },
    input(input, { model, state, size, hands }) {
      const found = needInFocus(model, state);
      if (found === undefined) return "close";
      if (input.type === "mouse" && input.kind === "wheel")
        return { state: scrolled(found, model, state, size, input.wheel) };
      if (input.type !== "key") return { state };
      const { detail, rows } = layoutOf(found, model, state, size);
      const seen = Math.max(state.seen, state.top + rows);
      const by = scrolls[input.key]?.(rows, detail.lines.length);
      if (by !== undefined) return { state: scrolled(found, model, state, size, by) };
      const isAllowing = input.key === "x" || input.key === "X";
      if (isAllowing && seen < detail.toSee)
        return { state: { ...scrolled(found, model, state, size, rows), shownAt: model.now } };
      const which = answerKeys[input.key];
      if (which !== undefined) {
        const isGiven = giveAnswer(found, which, { hands, shownAt: state.shownAt, now: model.now });
        return isGiven ? "close" : { state };
      }
      if (input.key === "escape") return "close";
      if (input.key === "g")
        return { state: { ...state, ...nextOf(model, state), shownAt: model.now, top: 0, seen: 0 } };
      if (input.key === "k" && found.construct !== null) return kill(found.construct, hands);
      return "pass";
    },
  };
}

const answerKeys: Record<string, "yes" | "no" | "note" | "always" | undefined> = {
  x: "yes",
  v: "no",
  V: "note",
  X: "always",
};

const scrolls: Record<string, ((rows: number, count: number) => number) | undefined> = {
  w: () => -1,
  up: () => -1,
  s: () => 1,
  down: () => 1,
  pageUp: (rows) => -rows,
  pageDown: (rows) => rows,
  home: (_rows, count) => -count,
  end: (_rows, count) => count,
};

function kill(construct: string, hands: Hands): "close" {
  void hands.send({ type: "construct.kill", construct }, `${construct} is being killed`);
  return "close";
}

function nextOf(model: DeckModel, { need }: NeedState): { need: string } {
  const needs = needsOf(model);
  const at = needs.findIndex(({ id }) => id === need);
  return { need: needs[(at + 1) % needs.length]?.id ?? need };
}

/** Rows of the box that are no details: borders, head, answers, and a blank one at either side. */
const around = 7;

function layoutOf(
  need: Need,
  model: DeckModel,
  { detailing }: NeedState,
  size: Size,
): { detail: Detail; at: ReturnType<typeof centred>; rows: number } {
  // Beside it the page stays in sight, or none of it: two borders side by side look like one box.
  const width = size.columns < 100 ? size.columns : Math.min(120, size.columns - 8);
  const detail = detailing(need, model, width - 4);
  const at = centred(size, width, Math.min(detail.lines.length + around, tallest(size)));
  return { detail, at, rows: Math.max(1, at.height - around) };
}

function scrolled(need: Need, model: DeckModel, state: NeedState, size: Size, by: number): NeedState {
  const { detail, rows } = layoutOf(need, model, state, size);
  const top = Math.max(0, Math.min(detail.lines.length - rows, state.top + by));
  // Only what lies without a gap behind what was seen counts as seen.
  const before = Math.max(state.seen, state.top + rows);
  return { ...state, top, seen: top <= before ? Math.max(before, top + rows) : before };
}

const fill = (lines: readonly Line[], rows: number): Line[] =>
  Array.from({ length: rows }, (_, row) => lines[row] ?? blank);

const indented = (one: Line): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] });
