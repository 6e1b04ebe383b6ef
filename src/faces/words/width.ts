import { graphemesOf } from "./graphemes.ts";

const plain = /^[\x20-\x7e]*$/;

/** Characters that take two columns by East Asian width, emoji apart. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7fb\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{20000}-\u{3fffd}]/u;
const pictured = /[\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Regional_Indicator}\u{1f000}-\u{1faff}]/u;
/** The soft hyphen is a format character that terminals show. */
const nothing = /(?!\u00ad)[\p{Mn}\p{Me}\p{Cf}]/u;
/** Characters that never join the one before or behind them (https://unicode.org/reports/tr29, "Control"). */
const parting =
  /(?!\u200c|\u200d|[\u{e0020}-\u{e007f}])[\p{Cf}\p{Cs}\u2028\u2029\u2065\ufff0-\ufff8\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/u;
/**
 * All but the characters that take one column in every terminal and never join another: ASCII, Latin, Greek, Cyrillic, lines, blocks,
 * the sign that stands for what cannot be shown, and signs of our own.
 */
const unsteady =
  /[^\x20-\x7e\u00a1-\u00a8\u00aa-\u00ac\u00af-\u024f\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u04ff\u2013\u2014\u2018-\u201d\u2022\u2026\u2039\u203a\u2190-\u2193\u2500-\u25a9\u25ac-\u25b5\u25b7-\u25bf\u25c1-\u25cf\u2713\u2717\ufffd]/;
const emojiSelector = "\u{fe0f}";

/** Whether each character of a text is a column, in every terminal. */
export const isSteady = (text: string): boolean => !unsteady.test(text);

/** How many of the first characters of a text are a column each, and are not joined by the one behind them. */
export function steadyLength(text: string): number {
  const first = text.search(unsteady);
  return first === -1 ? text.length : Math.max(0, first - 1);
}

/**
 * The columns that a line takes in a terminal, at most. Terminals differ over joined emoji: some show one picture, others
 * each part. The parts are counted, so that a line may look a little short but never wraps.
 */
export function widthOf(line: string): number {
  if (isSteady(line)) return line.length;
  let columns = 0;
  let last = 0;
  for (const character of line) {
    // The selector turns a narrow sign into a picture.
    const own = character === emojiSelector ? (last === 1 ? 1 : 0) : widthOfCharacter(character);
    columns += own;
    if (own > 0) last = own;
    // Behind these, a selector stands for itself: they part graphemes.
    if (parting.test(character)) last = 0;
  }
  return columns;
}

/** The line in at most so many columns, cut between graphemes; the cut is marked by an ellipsis. */
export function clip(line: string, columns: number): string {
  if (line.length <= columns && isSteady(line)) return line;
  if (columns <= 0) return "";
  // A character takes a column or none; what lies far behind the edge need not be measured.
  const head = line.length > columns * 16 ? line.slice(0, columns * 16) : line;
  if (head.length === line.length && widthOf(line) <= columns) return line;
  return `${fitting(head, columns - 1)}…`;
}

/** The line in exactly so many columns: cut, or filled with blanks. */
export function pad(line: string, columns: number, side: "left" | "right" = "left"): string {
  const text = clip(line, columns);
  const blanks = " ".repeat(Math.max(0, columns - widthOf(text)));
  return side === "left" ? text + blanks : blanks + text;
}

/** Breaks a text at blanks into lines of at most so many columns; a word that is longer is broken inside. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((paragraph) => wrapParagraph(paragraph, columns));
}

/** A text in pieces of at most so many columns, broken wherever the edge is: nothing of it is left out or moved. */
export const chopped = (text: string, columns: number): string[] =>
  text.split("\n").flatMap((one) => (isSteady(one) ? sliced(one, columns) : chop(one, columns)));

function sliced(text: string, columns: number): string[] {
  const count = Math.max(1, Math.ceil(text.length / columns));
  return Array.from({ length: count }, (_, at) => text.slice(at * columns, (at + 1) * columns));
}

function wrapParagraph(paragraph: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(/(?<= )(?=[^ ])/)) {
    if (widthOf(line) + widthOf(word.trimEnd()) <= columns) {
      line += word;
      continue;
    }
    if (line.trim() !== "") lines.push(line.trimEnd());
    const pieces = word.length <= columns && isSteady(word) ? [word] : chop(word, columns);
    line = pieces.pop() ?? "";
    lines.push(...pieces);
  }
  return [...lines, clip(line.trimEnd(), columns)];
}

/** A word in pieces that fit. A grapheme that is wider than the whole line gives way to a mark. */
function chop(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece = "";
  let used = 0;
  for (const { segment } of graphemesOf(word)) {
    const whole = widthOf(segment);
    const grapheme = whole <= columns ? segment : "…";
    const width = whole <= columns ? whole : 1;
    if (used + width > columns && grapheme.trim() !== "") {
      pieces.push(piece);
      piece = "";
      used = 0;
    }
    piece += grapheme;
    used += width;
  }
  return [...pieces, piece];
}

function fitting(line: string, columns: number): string {
  const head = line.slice(0, columns + 1);
  if (steadyLength(head) >= columns) return line.slice(0, columns);
  let end = 0;
  let used = 0;
  for (const { segment } of graphemesOf(line)) {
    used += widthOf(segment);
    if (used > columns) break;
    end += segment.length;
  }
  return line.slice(0, end);
}

function widthOfCharacter(character: string): number {
  if (plain.test(character)) return 1;
  if (nothing.test(character)) return 0;
  return wide.test(character) || pictured.test(character) ? 2 : 1;
}
