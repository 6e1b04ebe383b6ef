import { boxed, fit } from "../draw/box.ts";
import { blank, line, type Line } from "../draw/block.ts";
import { keysText } from "../keymap.ts";
import type { BoundAction } from "../mount.ts";
import type { Dialog } from "../page.ts";
import { pad } from "../../words/width.ts";
import type { Size } from "../screen/size.ts";
import { centred, tallest } from "./centred.ts";

/** Actions under a title, in the help. */
export interface HelpSection {
  title: string;
  actions: readonly Pick<BoundAction, "title" | "keys">[];
}

interface HelpState {
  top: number;
}

/** Every key that does something, made of the actions themselves. */
export function helpDialog(sections: readonly HelpSection[]): Dialog<HelpState> {
  return {
    name: "help",
    begin: { top: 0 },
    draw({ state, size }) {
      const lines = inColumns(sections, widthIn(size) - 4);
      const at = centred(size, widthIn(size), Math.min(lines.length + 2, tallest(size)));
      const rows = at.height - 2;
      const top = Math.max(0, Math.min(state.top, lines.length - rows));
      const more = lines.length > rows ? `${top + 1}–${Math.min(lines.length, top + rows)} of ${lines.length}` : "";
      const foot = "w s scroll · Ctrl+P finds every action by its name · Esc closes";
      return { parts: [boxed(lines.slice(top), at, { title: "Keys", note: more, foot, border: "border_focused" })] };
    },
    input(input, { state, size }) {
      const rows = tallest(size) - 2;
      const last = Math.max(0, inColumns(sections, widthIn(size) - 4).length - rows);
      const to = (top: number): { state: HelpState } => ({ state: { top: Math.max(0, Math.min(last, top)) } });
      if (input.type === "mouse") return input.kind === "wheel" ? to(state.top + input.wheel) : { state };
      if (input.type !== "key") return { state };
      const by = steps[input.key];
      if (by !== undefined) return to(state.top + by * (Math.abs(by) > 1 ? rows : 1));
      if (input.key === "home") return to(0);
      if (input.key === "end") return to(last);
      return ["escape", "?", "space", "enter", "ctrl+q"].includes(input.key) ? "close" : "pass";
    },
  };
}

/** By a row, or, beyond one, by a page. */
const steps: Record<string, number> = { w: -1, up: -1, s: 1, down: 1, pageUp: -2, pageDown: 2 };

/** The fewest columns of the screen in which a key and its title stand well. */
const leastColumn = 45;

const widthIn = ({ columns }: Size): number => Math.min(190, columns - 2);

/** In as many columns as there is room for, each of about the same height; a section stays in one piece. */
function inColumns(sections: readonly HelpSection[], width: number): Line[] {
  const blocks = sections.map((section) => linesOf(section));
  const count = Math.max(1, Math.min(3, Math.floor(width / leastColumn)));
  const each = blocks.reduce((sum, block) => sum + block.length, 0) / count;
  const stacks = Array.from({ length: count }, (): Line[] => []);
  let filled = 0;
  for (const block of blocks) {
    // Where most of it lies.
    stacks[Math.min(count - 1, Math.floor((filled + block.length / 2) / each))]?.push(...block);
    filled += block.length;
  }
  const column = Math.floor(width / count);
  return Array.from({ length: Math.max(...stacks.map((stack) => stack.length)) }, (_, row) => ({
    spans: stacks.flatMap((stack) => fit(stack[row] ?? blank, column)),
  }));
}

const keyColumn = 16;

const linesOf = ({ title, actions }: HelpSection): Line[] => [
  line([` ${title}`, "title"]),
  ...actions.map(({ title, keys }) => line([` ${pad(keysText(keys), keyColumn)}`, "key"], title)),
  blank,
];
