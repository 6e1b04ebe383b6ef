import type { Grid } from "./grid.ts";

/** The same picture for a terminal that knows nothing beyond ASCII: our signs have another each, foreign letters are question marks. */
export function asciiOf(grid: Grid): Grid {
  const text = grid.text.map((own, cell) => {
    if (/^[\x20-\x7e]$/.test(own)) return own;
    if (own !== "") return signs[own] ?? "?";
    // The rest of a wide character is shown as well: there, each column is a character.
    return isRest(grid, cell) ? "?" : " ";
  });
  return { ...grid, text };
}

const isRest = ({ columns, text }: Grid, cell: number): boolean => {
  for (let one = cell; one >= cell - (cell % columns); one -= 1) if (text[one] !== "") return true;
  return false;
};

/** Our own signs. Each state keeps one of its own. */
const signs: Record<string, string> = {
  "│": "|",
  "┃": "|",
  "─": "-",
  "━": "=",
  "┌": "+",
  "┐": "+",
  "└": "+",
  "┘": "+",
  "├": "+",
  "┤": "+",
  "┬": "+",
  "┴": "+",
  "┼": "+",
  "╭": "+",
  "╮": "+",
  "╰": "+",
  "╯": "+",
  "▌": "[",
  "▐": "]",
  "▸": ">",
  "▶": ">",
  "▾": "v",
  "▼": "v",
  "▲": "^",
  "›": ">",
  "‹": "<",
  "●": "*",
  "○": "o",
  "◌": "~",
  "◐": "%",
  "✓": "+",
  "✗": "x",
  "■": "#",
  "□": "_",
  "‖": "=",
  "→": ">",
  "←": "<",
  "↑": "^",
  "↓": "v",
  "↪": ">",
  "↩": "<",
  "⏎": ";",
  "·": ".",
  "•": "*",
  "…": ".",
  "⚑": "!",
  "⚠": "!",
  "–": "-",
  "—": "-",
  "█": "#",
  "▓": "%",
  "▒": ":",
  "░": ".",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
};
