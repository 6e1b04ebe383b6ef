import type { Finding } from "./measure.ts";
import { showPath } from "./pathtext.ts";
import { leftOutSentence, showScope, type Scope } from "./scope.ts";
import { showWhat, type What } from "./what.ts";

/** The totals in one sentence: `5 lines that contain "TODO" in 3 of 12 files of the workspace.` */
export function totalsOf(what: What, scope: Scope, findings: Finding[]): string {
  const files = `${findings.length} ${findings.length === 1 ? "file" : "files"} ${showScope(scope)}`;
  const hits = findings.filter((finding) => (finding.value ?? 0) > 0).length;
  const sum = findings.reduce((total, finding) => total + (finding.value ?? 0), 0);
  const unreadable = findings.filter((finding) => finding.value === undefined).length;
  const gap = unreadable === 0 ? "" : ` ${unreadable} of them could not be read and are not counted.`;
  if (what.measure === "files") return `${files}.${gap}`;
  if (what.measure === "files-with") return `${counted(hits, what)}, out of ${files}.${gap}`;
  return `${counted(sum, what)} in ${hits} of ${files}.${gap}`;
}

/** The rows under the totals: the largest value first; files without a finding are left to the totals. */
export function rowsOf(what: What, findings: Finding[]): string[] {
  const sorted = findings.toSorted((a, b) => (b.value ?? -1) - (a.value ?? -1) || compare(a.path, b.path));
  if (what.measure === "files")
    return findings
      .map(({ path }) => path)
      .toSorted(compare)
      .map(nameOf);
  if (what.measure === "headings") {
    const byPath = findings.toSorted((a, b) => compare(a.path, b.path));
    return [...byPath.filter(isHit).flatMap(outline), ...unreadableRows(findings)];
  }
  const value = ({ value, path }: Finding): string => `${value ?? ""}  ${nameOf(path)}`;
  const rows =
    what.measure === "files-with"
      ? sorted.filter(isHit).map(({ path }) => nameOf(path))
      : sorted.filter(isHit).map(value);
  return [...rows, ...unreadableRows(findings)];
}

/** Sums for each top folder, for measures where that says something. */
export function foldersOf(what: What, findings: Finding[]): string[] {
  if (!["bytes", "lines", "words"].includes(what.measure)) return [];
  const sums = new Map<string, number>();
  for (const { path, value } of findings) {
    const parts = path.replace(/^\.\//, "").split("/");
    const folder = parts.length > 1 ? `${parts.slice(0, path.startsWith("/") ? -1 : 1).join("/")}/` : "(top level)";
    sums.set(folder, (sums.get(folder) ?? 0) + (value ?? 0));
  }
  return [...sums]
    .toSorted((a, b) => b[1] - a[1] || compare(a[0], b[0]))
    .map(([name, sum]) => `${sum}  ${showPath(name)}`);
}

/** What exactly was counted, and what was left out. */
export function notesOf(what: What): string[] {
  const sentences: Partial<Record<What["measure"], string>> = {
    "lines-with": "Counted: lines; a line with several hits counts once.",
    occurrences: "Counted: every occurrence, also several on one line.",
    lines: "Counted: lines; a last line without a line feed counts too.",
    words: "Counted: words as `wc -w` counts them.",
    headings: "Listed: headings marked by # or underlined, outside of code fences and front matter.",
  };
  const text =
    what.text === undefined ? "" : ` The text is taken literally${what.anyCase === true ? ", in any case" : ""}.`;
  const sentence = `${sentences[what.measure] ?? ""}${text}`.trim();
  return [...(sentence === "" ? [] : [sentence]), leftOutSentence];
}

/** A number before the phrase, in the singular where it is one. */
const counted = (number: number, what: What): string => {
  const phrase = showWhat(what);
  const one = phrase
    .replace(/^(Markdown heading|line|word|byte|occurrence|file)s/, "$1")
    .replace(/^(\w+ that contain)\b/, "$1s");
  return `${number} ${number === 1 ? one : phrase}`;
};

const nameOf = (path: string): string => showPath(path.replace(/^\.\//, ""));
const isHit = (finding: Finding): boolean => (finding.value ?? 0) > 0;

const outline = ({ path, headings = [] }: Finding): string[] => [
  nameOf(path),
  ...headings.map(({ level, text }) => `${"  ".repeat(level)}${"#".repeat(level)} ${showPath(text)}`),
];

const unreadableRows = (findings: Finding[]): string[] =>
  findings.filter(({ value }) => value === undefined).map(({ path }) => `could not be read: ${nameOf(path)}`);

/** By code units: the same order on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
