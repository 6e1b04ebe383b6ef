import { wrap } from "../../words/width.ts";
import { boxed } from "../draw/box.ts";
import { line } from "../draw/block.ts";
import { tame } from "../draw/tame.ts";
import type { Dialog } from "../page.ts";
import { centred } from "./centred.ts";

/** Says something that must not be missed; any of Esc, Enter, Space and a click closes it. */
export function noticeDialog(title: string, texts: readonly string[]): Dialog<null> {
  return {
    name: "notice",
    begin: null,
    draw({ size }) {
      const width = Math.max(24, Math.min(90, size.columns - 4));
      const all = texts.flatMap((text) => wrap(tame(text), width - 4));
      const room = Math.max(1, size.rows - 5);
      const shown = all.length > room ? [...all.slice(0, room - 1), "…"] : all;
      const at = centred(size, width, shown.length + 2);
      const lines = shown.map((text) => line(` ${text}`));
      return { parts: [boxed(lines, at, { title, foot: "Esc closes", border: "border_focused" })] };
    },
    input(input) {
      if (input.type === "mouse") return input.kind === "press" ? "close" : "pass";
      if (input.type !== "key") return "pass";
      return ["escape", "enter", "space"].includes(input.key) ? "close" : "pass";
    },
  };
}
