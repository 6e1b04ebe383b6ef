import { boxed } from "../draw/box.ts";
import { blank, line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import type { Dialog, Hands } from "../page.ts";
import { wrap } from "../../words/width.ts";
import { centred } from "./centred.ts";

export interface Confirmation {
  title: string;
  /** What will happen, in a few sentences. */
  words: readonly (string | readonly [string, Look])[];
  /** What Enter does: "stops it". */
  verb: string;
  run: (hands: Hands) => void;
}

/** Asks once more. Only Enter does it, so that no letter that is on its way does. */
export function confirmDialog({ title, words, verb, run }: Confirmation): Dialog<null> {
  return {
    name: "confirm",
    begin: null,
    draw({ size }) {
      const width = Math.min(72, size.columns - 2);
      const lines = words.flatMap((word): Line[] => {
        const [text, look] = typeof word === "string" ? ([word, "plain"] as const) : word;
        return wrap(text, width - 4).map((one) => line([` ${one}`, look]));
      });
      const at = centred(size, width, lines.length + 4);
      const foot = `Enter ${verb} · Esc leaves it`;
      return { parts: [boxed([blank, ...lines], at, { title, foot, border: "border_focused" })] };
    },
    input(input, { hands }) {
      if (input.type !== "key") return { state: null };
      if (input.key === "enter") run(hands);
      return input.key === "enter" || input.key === "escape" ? "close" : "pass";
    },
  };
}
