/** What is looked for in each file. */
export interface What {
  measure: "lines-with" | "occurrences" | "files-with" | "lines" | "words" | "bytes" | "headings" | "files";
  /** The text that is searched for, literally; only for the first three. */
  text?: string;
  anyCase?: boolean;
}

/** A text in double quotes with JSON's escapes, as the tasks write it. */
export const quotedPattern = String.raw`"(?:[^"\\]|\\.)*"`;

/** The phrase of `showWhat`, for regular expressions of whole tasks. It has no groups. */
export const whatPattern = String.raw`(?:(?:lines that contain|occurrences of|files that contain) ${quotedPattern}(?: in any case)?|lines|words|bytes|Markdown headings|files)`;

/** The exact phrase for what is looked for: `lines that contain "TODO"`. */
export function showWhat(what: What): string {
  const phrase = phrases[what.measure];
  if (what.text === undefined) return phrase;
  return `${phrase} ${JSON.stringify(what.text)}${what.anyCase === true ? " in any case" : ""}`;
}

/** Reads a phrase of `showWhat`. */
export function readWhat(phrase: string): What | undefined {
  const match = new RegExp(`^([^"]+?)(?: (${quotedPattern})( in any case)?)?$`).exec(phrase);
  const measure = measures.find((name) => phrases[name] === match?.[1]);
  const text = match?.[2] === undefined ? undefined : readQuoted(match[2]);
  if (measure === undefined || searches(measure) !== (text !== undefined)) return undefined;
  return { measure, ...(text === undefined ? {} : { text }), ...(match?.[3] === undefined ? {} : { anyCase: true }) };
}

/** Whether this measure needs a text to search for. */
const searches = (measure: What["measure"]): boolean =>
  measure === "lines-with" || measure === "occurrences" || measure === "files-with";

/** The text in a `quotedPattern`; undefined when the escapes are not JSON's. */
export function readQuoted(quotedText: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quotedText);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined; // The phrase is not one of ours: the caller takes it as free language.
  }
}

const phrases: Record<What["measure"], string> = {
  "lines-with": "lines that contain",
  occurrences: "occurrences of",
  "files-with": "files that contain",
  lines: "lines",
  words: "words",
  bytes: "bytes",
  headings: "Markdown headings",
  files: "files",
};

const measures = ["lines-with", "occurrences", "files-with", "lines", "words", "bytes", "headings", "files"] as const;
