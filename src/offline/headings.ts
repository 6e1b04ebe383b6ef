import { quoted } from "./shell.ts";

export interface Heading {
  /** 1 to 6 */
  level: number;
  text: string;
}

/** A command that prints the lines of a Markdown file that could be headings, or change what is one, with line numbers. */
export const headingsCommand = (path: string): string =>
  `grep -an -B1 -E -e '^ {0,3}(#{1,6}([[:space:]]|$)|\`{3}|~{3}|(=+|-+)[[:space:]]*$)' -- ${quoted(path)} 2>/dev/null | cut -c 1-400`;

/** The headings in the output of `headingsCommand`: `# like this`, or underlined; not in code fences or front matter. */
export function headingsOf(rows: string[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | undefined;
  let frontMatter = false;
  let before: { number: number; text: string } | undefined;

  for (const row of rows) {
    const match = /^(\d+)[:-](.*?)\r?$/s.exec(row);
    if (match === null) continue; // The `--` between groups of grep.
    const line = { number: Number(match[1]), text: match[2] ?? "" };
    const above = before?.number === line.number - 1 ? before.text : undefined;
    before = line;
    if (line.number === 1 && /^---\s*$/.test(line.text)) frontMatter = true;
    else if (frontMatter) frontMatter = !/^---\s*$/.test(line.text);
    else if (fence !== undefined) fence = closes(line.text, fence) ? undefined : fence;
    else {
      fence = fenceOf(line.text);
      const heading = fence === undefined ? (hashed(line.text) ?? underlined(line.text, above)) : undefined;
      if (heading !== undefined) headings.push(heading);
      // What was a heading, a rule or a fence is not the text of an underlined heading.
      if (heading !== undefined || fence !== undefined) before = undefined;
      continue;
    }
    before = undefined;
  }
  return headings;
}

function fenceOf(text: string): string | undefined {
  const match = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(text);
  return match?.[1];
}

const closes = (text: string, fence: string): boolean => {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(text)?.[1];
  return run !== undefined && run.startsWith(fence);
};

function hashed(text: string): Heading | undefined {
  const match = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/.exec(text);
  if (match === null) return undefined;
  return { level: match[1]?.length ?? 1, text: (match[2] ?? "").replace(/(^|[ \t]+)#+[ \t]*$/, "").trim() };
}

/** A line of `=` or `-` under a line of plain text; not under a list, a quote, a table row or indented code. */
function underlined(text: string, above: string | undefined): Heading | undefined {
  const mark = /^ {0,3}(=+|-+)[ \t]*$/.exec(text)?.[1];
  if (mark === undefined || above === undefined) return undefined;
  if (!/^ {0,3}[^\s>|]/.test(above) || /^ {0,3}(?:[-+*]|\d+[.)])[ \t]/.test(above)) return undefined;
  if (/^ {0,3}(?:=+|-+)[ \t]*$/.test(above)) return undefined;
  return { level: mark.startsWith("=") ? 1 : 2, text: above.trim() };
}
