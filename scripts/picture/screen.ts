import type { IBufferCell, Terminal } from "@xterm/headless";

/** Colours by the number of the terminal's palette; undefined is the default of the theme. */
export interface Look {
  color: number | undefined;
  background: number | undefined;
  bold: boolean;
  dim: boolean;
  inverse: boolean;
}

/** Text of one look from a column on. `cells` counts columns: a wide character takes two. */
export interface Span extends Look {
  column: number;
  cells: number;
  text: string;
}

/** What a terminal shows at a moment: its rows, top to bottom. */
export type Screen = Span[][];

/** Reads what the terminal shows. Blanks at the end of a row are left out, unless they have a background. */
export function readScreen(terminal: Terminal): Screen {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.viewportY + row);
    const spans: Span[] = [];
    for (let column = 0; column < terminal.cols; column += 1) {
      const cell = line?.getCell(column);
      // The right half of a wide character has no width of its own.
      if (cell === undefined || cell.getWidth() === 0) continue;
      addCell(spans, column, cell);
    }
    return spans.map(trimmed).filter((span) => span.text !== "");
  });
}

function addCell(spans: Span[], column: number, cell: IBufferCell): void {
  const look = lookOf(cell);
  const text = cell.getChars() || " ";
  const last = spans.at(-1);
  if (last !== undefined && isAlone(text) === isAlone(last.text) && !isAlone(text) && sameLook(last, look)) {
    // Two blanks part spans, so that columns of a table are placed by themselves.
    const endsInGap = last.text.endsWith("  ") && text !== " " && last.background === undefined && !last.inverse;
    if (!endsInGap) {
      last.text += text;
      last.cells += cell.getWidth();
      return;
    }
  }
  spans.push({ ...look, column, cells: cell.getWidth(), text });
}

/** Symbols come from a font of their own with another width: each is placed by itself. */
const isAlone = (text: string): boolean => /[^\u0020-\u00ff\u2013-\u2026]/.test(text);

function lookOf(cell: IBufferCell): Look {
  return {
    color: cell.isFgPalette() ? cell.getFgColor() : undefined,
    background: cell.isBgPalette() ? cell.getBgColor() : undefined,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

const sameLook = (one: Look, other: Look): boolean =>
  one.color === other.color &&
  one.background === other.background &&
  one.bold === other.bold &&
  one.dim === other.dim &&
  one.inverse === other.inverse;

function trimmed(span: Span): Span {
  if (span.background !== undefined || span.inverse) return span;
  const lead = span.text.length - span.text.trimStart().length;
  const text = span.text.trim();
  // Blanks are one column each, so what was cut off can be counted in characters.
  return { ...span, text, column: span.column + lead, cells: span.cells - (span.text.length - text.length) };
}
