import type { Finding } from "./measure.ts";
import { readPath, showPath } from "./pathtext.ts";

/**
 * A part file: one construct's findings, for the construct that writes the report. Each row has tabs between value and
 * path (and level and text of a heading); the last line proves that the file is whole.
 */
export function writePart(title: string, findings: Finding[]): string {
  const rows = findings.flatMap((finding) => [
    `${finding.value ?? "unreadable"}\t${showPath(finding.path)}`,
    ...(finding.headings ?? []).map((heading) => `\t${heading.level}\t${showPath(heading.text)}`),
  ]);
  return [`# ${title}`, ...rows, `# end of ${rows.length} rows`, ""].join("\n");
}

/** Reads the lines of a part file; undefined when it is not whole. */
export function readPart(lines: string[]): Finding[] | undefined {
  const rows = lines.slice(1).filter((line) => line !== "");
  const end = /^# end of (\d+) rows$/.exec(rows.pop() ?? "")?.[1];
  if (end === undefined || Number(end) !== rows.length) return undefined;
  const findings: Finding[] = [];
  for (const row of rows) {
    const [value = "", path = "", text = ""] = row.split("\t");
    if (value === "") {
      const finding = findings.at(-1);
      if (finding !== undefined) (finding.headings ??= []).push({ level: Number(path), text: readPath(text) });
    } else {
      findings.push({ path: readPath(path), value: /^\d+$/.test(value) ? Number(value) : undefined });
    }
  }
  return findings;
}

/** The lines of a file as the Read tool shows them: a number and a tab before each. */
export const linesOfRead = (output: string): string[] =>
  output.split("\n").map((row) => row.replace(/^ *\d+(?:\t|→)/, ""));

/** The Read tool cuts long lines; a file with one is read in another way. */
export const longestReadLine = 1500;
