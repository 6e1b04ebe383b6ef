import type { ThemeName } from "../../../protocol/cockpit-settings.ts";
import type { Look } from "../draw/look.ts";
import { looks } from "./grid.ts";

/** How looks are shown: the parameters of a terminal's "select graphic rendition", by the number of a look in a grid. */
export interface Theme {
  name: ThemeName;
  /** For a cell: the look of its line under that of its text. */
  codes: (look: number) => string;
}

/**
 * Colours are from the palette of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people who are blind to some colours can tell
 * apart; no state is told by colour alone. Magenta is `act`, and nothing else.
 */
const palettes: Record<ThemeName, Partial<Record<Look, string>>> = {
  dark: {
    faint: "38;5;247",
    strong: "1",
    good: "38;5;79",
    bad: "38;5;209",
    warning: "38;5;221",
    busy: "38;5;117",
    alarm: "1;38;5;221",
    act: "1;38;5;213",
    act_bar: "1;38;5;213",
    title: "1;38;5;255",
    border: "38;5;240",
    border_focused: "38;5;117",
    border_act: "1;38;5;213",
    cursor: "48;5;236",
    key: "38;5;117",
    match: "30;48;5;221",
    added: "38;5;79",
    removed: "38;5;209",
    hunk: "38;5;117",
    queued_bar: "38;5;240",
    waiting_bar: "38;5;221",
    model_bar: "38;5;117",
    tool_bar: "38;5;79",
    danger: "1;38;5;231;48;5;124",
  },
  light: {
    faint: "38;5;241",
    strong: "1",
    good: "38;5;22",
    bad: "38;5;124",
    warning: "38;5;94",
    busy: "38;5;25",
    alarm: "1;38;5;94",
    act: "1;38;5;127",
    act_bar: "1;38;5;127",
    title: "1;38;5;16",
    border: "38;5;250",
    border_focused: "38;5;25",
    border_act: "1;38;5;127",
    cursor: "48;5;255",
    key: "38;5;25",
    match: "30;48;5;221",
    added: "38;5;22",
    removed: "38;5;124",
    hunk: "38;5;25",
    queued_bar: "38;5;250",
    waiting_bar: "38;5;136",
    model_bar: "38;5;25",
    tool_bar: "38;5;22",
    danger: "1;38;5;231;48;5;124",
  },
  terminal: {
    faint: "2",
    strong: "1",
    good: "32",
    bad: "31",
    warning: "33",
    busy: "36",
    alarm: "1;33",
    act: "1;35",
    act_bar: "1;35",
    title: "1",
    border: "2",
    border_focused: "36",
    border_act: "1;35",
    cursor: "7",
    key: "36",
    match: "30;43",
    added: "32",
    removed: "31",
    hunk: "36",
    queued_bar: "2",
    waiting_bar: "33",
    model_bar: "36",
    tool_bar: "32",
    danger: "1;37;41",
  },
  mono: {
    faint: "2",
    strong: "1",
    alarm: "1",
    act: "1;7",
    // Blocks that are turned round would be holes.
    act_bar: "1",
    title: "1",
    border: "2",
    border_focused: "1",
    border_act: "1",
    cursor: "7",
    key: "1",
    match: "7",
    removed: "2",
    queued_bar: "2",
    danger: "1;7",
  },
};

export function themeOf(name: ThemeName): Theme {
  const palette = looks.map((look) => palettes[name][look] ?? "");
  return {
    name,
    codes(look) {
      const under = palette[look >> 8] ?? "";
      // Colours that are turned round with the line would be patches; only who is needed may stand out.
      const isTurned = under === "7" && looks[look & 0xff] !== "act";
      const own = isTurned ? "" : (palette[look & 0xff] ?? "");
      return under === "" || own === "" ? under + own : `${under};${own}`;
    },
  };
}
