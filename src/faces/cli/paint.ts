import type { Style } from "../words/style.ts";
import type { Output, World } from "./world.ts";

export type Paint = (style: Style, text: string) => string;

const codes: Record<Style, string> = {
  plain: "",
  faint: "2",
  strong: "1",
  good: "32",
  bad: "31",
  warning: "33",
  busy: "36",
  alarm: "1;7;33",
};

/** Colours for a terminal that wants them; for everything else the text as it is. */
export const painter =
  (colored: boolean): Paint =>
  (style, text) =>
    colored && codes[style] !== "" && text !== "" ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;

/** `NO_COLOR` counts when it is not empty (https://no-color.org), `--no-color` always. */
export const wantsColor = (world: World, out: Output, flag: boolean): boolean =>
  flag && out.isTTY === true && world.env["TERM"] !== "dumb" && (world.env["NO_COLOR"] ?? "") === "";
