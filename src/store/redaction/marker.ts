/** What stands in the place of a secret. */
export const marker = (kind: string): string => `[redacted: ${kind}]`;

/** The kinds of secrets that were taken out of a text, each once. */
export function redactionsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\[redacted: ([a-z][a-z -]{1,40})\]/g)].map((match) => match[1] ?? ""))];
}

/** A secret in a text: where it stands, and what it is called. */
export interface Span {
  start: number;
  end: number;
  kind: string;
}

/** Finds secrets of one form, in order. The time must be linear in the text, whatever the text is. */
export type Finder = (text: string) => Iterable<Span>;
