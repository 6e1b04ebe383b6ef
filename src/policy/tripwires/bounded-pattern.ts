import { messageOf } from "../../base/fault.ts";
import { longestPattern, type CompilePattern } from "./pattern.ts";
import { patternProblem } from "./pattern-cost.ts";

/**
 * Compiles for JavaScript's own engine, which backtracks: only patterns whose cost at each place is small are accepted,
 * and the text is looked at in windows, so that the whole costs linear time. A match longer than half a window (128
 * characters) may be missed.
 */
export const compileBounded: CompilePattern = (source, flags) => {
  if (source.length > longestPattern)
    return { ok: false, error: `the pattern is longer than ${longestPattern} characters; shorten it` };
  const problem = patternProblem(source, flags, windowSize);
  if (problem !== undefined) return { ok: false, error: problem };
  try {
    const pattern = new RegExp(source, ["g", ...new Set(flags)].join(""));
    return { ok: true, test: (text) => matches(pattern, text) };
  } catch (error) {
    return { ok: false, error: `not a valid pattern: ${messageOf(error)}` };
  }
};

const windowSize = 256;
const step = windowSize / 2;

function matches(pattern: RegExp, text: string): boolean {
  for (let from = 0; ; from += step) {
    const last = from + windowSize >= text.length;
    const part = text.slice(from, from + windowSize);
    // The first character of a later window is only context: `^` and `\b` must not take the cut for a beginning.
    pattern.lastIndex = from === 0 ? 0 : 1;
    const match = pattern.exec(part);
    // What touches the cut at the end is decided by the next window, which sees it whole.
    const cut = match !== null && !last && match.index >= step && match.index + match[0].length === part.length;
    if (match !== null && !cut) return true;
    if (last) return false;
  }
}
