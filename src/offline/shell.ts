import { oneLine } from "../base/text.ts";
import { mustCall, notDone, type PlannedCall, type Program } from "./program.ts";

/** A word for the shell that means exactly this text. */
export function quoted(text: string): string {
  if (!/\p{Cc}/u.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = text.replace(/[\\']/g, "\\$&").replace(/\p{Cc}/gu, (control) => octal(control));
  return `$'${escaped}'`;
}

/** The Bash tool's call for a command line; the description is what the netrunner reads. */
export const bash = (command: string, description: string): PlannedCall => ({
  tool: "Bash",
  input: { command, description },
});

export interface Line {
  text: string;
  /** False when the bytes were not UTF-8, so that `text` is only for reading. */
  exact: boolean;
}

/** Lines asked for at a time. The agent cuts an output beyond 30,000 characters; then fewer are asked for. */
const pageLines = 250;
const pagesAtOnce = 4;

/**
 * The output lines `from` to `to` of a command (counting from 1), whatever their number and whatever is in them: the
 * command is run once a page, and `sed` prints each line unambiguously, with the number of all lines at the end.
 */
export function* linesOf(command: string, description: string, from = 1, to = Infinity): Program<Line[]> {
  const lines: Line[] = [];
  let size = pageLines;
  let end = from;
  for (let at = from; at <= end; at = from + lines.length) {
    const starts = Array.from({ length: at === from ? 1 : pagesAtOnce }, (_, page) => at + page * size);
    const pages = starts
      .filter((start) => start <= end)
      .map((start) => ({ start, stop: Math.min(start + size - 1, at === from ? to : end) }));
    const outputs = yield pages.map(({ start, stop }) =>
      bash(`${command} | sed -n '${start},${stop}l;$='`, description),
    );
    for (const [index, { start, stop }] of pages.entries()) {
      const output = outputs[index];
      if (output === undefined || output.failed) throw notDone(`Bash did not work: ${output?.text ?? ""}`);
      if (output.text.startsWith("<persisted-output>")) {
        if (size === 1) throw notDone("one line is too long to be shown");
        size = Math.floor(size / 2);
        break;
      }
      const page = readUnambiguous(output.text);
      end = Math.min(page.total, to);
      if (page.lines.length !== Math.max(0, Math.min(stop, end) - start + 1))
        throw notDone(`the files changed while they were listed, or an output was cut: ${oneLine(output.text, 120)}`);
      lines.push(...page.lines);
    }
  }
  return lines;
}

/** The numbers that a command prints, one a line. */
export function* numbersOf(command: string, description: string, expected: number): Program<number[]> {
  const text = yield* mustCall(bash(command, description));
  const numbers = text.trim().split(/\s+/).map(Number);
  if (numbers.length !== expected || !numbers.every((number) => Number.isInteger(number)))
    throw notDone(`an output was not what was asked for: ${oneLine(text, 120)}`);
  return numbers;
}

/** Reads what `sed -n 'l;$='` prints: `$` ends a line, `\` at the end of a row folds it, the last row is the total. */
export function readUnambiguous(output: string): { lines: Line[]; total: number } {
  if (/^(?:\(Bash completed with no output\))?\s*$/.test(output)) return { lines: [], total: 0 };
  const lines: Line[] = [];
  let bytes: Buffer[] = [];
  const rows = output.trimEnd().split("\n");
  const total = /^\d+$/.exec(rows.pop() ?? "")?.[0];
  for (const row of rows) {
    const folded = row.replace(/\\.|[^\\]+/gs, "") === "\\";
    if (!folded && !row.endsWith("$")) throw notDone(`an output was not what was asked for: ${oneLine(row, 120)}`);
    bytes.push(unescaped(row.slice(0, -1)));
    if (folded) continue;
    lines.push(lineFrom(Buffer.concat(bytes)));
    bytes = [];
  }
  if (total === undefined) throw notDone(`an output was cut: ${oneLine(output, 120)}`);
  return { lines, total: Number(total) };
}

function lineFrom(bytes: Buffer): Line {
  const text = bytes.toString("utf8");
  return { text, exact: Buffer.from(text).equals(bytes) };
}

const namedEscapes: Partial<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, "\\": 92 };

function unescaped(row: string): Buffer {
  const parts = [...row.matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/g)].map((match) => {
    if (match[1] !== undefined) return Buffer.from([Number.parseInt(match[1], 8)]);
    if (match[2] !== undefined) return Buffer.from([namedEscapes[match[2]] ?? 63]);
    return Buffer.from(match[0]);
  });
  return Buffer.concat(parts);
}

/** C1 controls are two bytes in UTF-8, so each byte is written on its own. */
const octal = (control: string): string =>
  [...Buffer.from(control)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
