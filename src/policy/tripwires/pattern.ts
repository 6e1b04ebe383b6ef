/** A compiled pattern that takes time linear in the text, whatever the text is. */
export interface Pattern {
  ok: true;
  /** Whether it matches anywhere in the text. */
  test: (text: string) => boolean;
}

export interface PatternProblem {
  ok: false;
  /** For whoever wrote the pattern: what to write instead. */
  error: string;
}

/** `i`: letters of either case; `m`: `^` and `$` at line ends; `s`: the dot also matches a line end. */
export type PatternFlag = "i" | "m" | "s";

/**
 * The engine behind authored patterns, given from outside: one with linear time by construction, or `compileBounded`.
 * Never throws.
 */
export type CompilePattern = (source: string, flags: readonly PatternFlag[]) => Pattern | PatternProblem;

/** The longest pattern, in characters. */
export const longestPattern = 200;
