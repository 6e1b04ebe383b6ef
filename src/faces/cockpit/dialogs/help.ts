import { boxed } from "../draw/box.ts";
import { blank, line, type Line } from "../draw/block.ts";
import { keysText } from "../keymap.ts";
import type { BoundAction } from "../mount.ts";
import type { Dialog } from "../page.ts";
import { pad } from "../../words/width.ts";
import { centred } from "./centred.ts";

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
      const at = centred(size, Math.min(120, size.columns - 2), size.rows - 2);
      const rows = at.height - 2;
      const lines = inColumns(sections, at.width - 4);
      const top = Math.max(0, Math.min(state.top, lines.length - rows));
      const more = lines.length > rows ? `${top + 1}–${Math.min(lines.length, top + rows)} of ${lines.length}` : "";
      const foot = "w s scroll · Ctrl+P finds every action by its name · Esc closes";
      return { parts: [boxed(lines.slice(top), at, { title: "Keys", note: more, foot, border: "border_focused" })] };
    },
    input(input, { state, size }) {
      const rows = size.rows - 4;
      const last = Math.max(0, inColumns(sections, Math.min(120, size.columns - 2) - 4).length - rows);
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

/** In two columns where there is room for them. */
function inColumns(sections: readonly HelpSection[], width: number): Line[] {
  const blocks = sections.map((section) => linesOf(section));
  if (width < 90) return blocks.flat();
  const half = Math.ceil(blocks.reduce((sum, block) => sum + block.length, 0) / 2);
  const left: Line[] = [];
  const right: Line[] = [];
  for (const block of blocks) (left.length < half ? left : right).push(...block);
  const column = Math.floor(width / 2);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const [one = blank, other = blank] = [left[row], right[row]];
    const text = one.spans.map((span) => span.text).join("");
    return { spans: [...one.spans, { text: pad("", Math.max(0, column - text.length)) }, ...other.spans] };
  });
}

const keyColumn = 16;

const linesOf = ({ title, actions }: HelpSection): Line[] => [
  line([` ${title}`, "title"]),
  ...actions.map(({ title, keys }) => line([` ${pad(keysText(keys), keyColumn)}`, "key"], title)),
  blank,
];
