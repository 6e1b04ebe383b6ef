import { inert, oneLine } from "../base/text.ts";

/** Text of anybody as part of a line: it shows as it is and cannot act as markup, also in a cell of a table. */
export const inline = (text: string, width = 200): string => escaped(oneLine(text, width));

/** Text of anybody as a block that is shown as it is. The fence is longer than any run of backticks inside. */
export function fenced(text: string): string {
  const body = inert(text);
  const fence = "`".repeat(Math.max(3, longestRun(body) + 1));
  return `${fence}text\n${body.replace(/\n+$/, "")}\n${fence}`;
}

/** Text of anybody as a quotation, line by line. */
export function quoted(text: string): string {
  const lines = inert(text).trim().split("\n");
  const shown = lines.map((line) => lineStart(escaped(line.trim())));
  // Two spaces at the end keep the line break; leading space would make a block of code.
  const breaks = (at: number): string => (shown[at] !== "" && (shown[at + 1] ?? "") !== "" ? "  " : "");
  return shown.map((line, at) => (line === "" ? ">" : `> ${line}${breaks(at)}`)).join("\n");
}

/** A path, an id or a command as code, outside of tables. */
export function code(text: string, width = 300): string {
  const line = oneLine(text, width);
  const ticks = "`".repeat(longestRun(line) + 1);
  const space = line === "" || line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${space}${line}${space}${ticks}`;
}

/** A table. The cells must have gone through `inline`. `align`: "l" or "r" for each column. */
export function table(head: string[], align: ("l" | "r")[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(align.map((side) => (side === "r" ? "--:" : "---"))), ...rows.map(line)].join("\n");
}

/**
 * Any punctuation may bear a backslash in Markdown; only what can act does, so that the file also reads well as plain
 * text. An underscore inside of a word (a_file_name) does nothing.
 */
const escaped = (text: string): string =>
  text.replace(/[\\`*[\]<|~]|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&");

/** What acts at the start of a line only: headings, lists, quotations, rules, underlines of headings. */
const lineStart = (line: string): string => line.replace(/^([#+=>-])/, "\\$1").replace(/^(\d{1,9})([.)])/, "$1\\$2");

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length);
  return longest;
}
