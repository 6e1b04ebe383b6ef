import { messageOf } from "../base/fault.ts";
import { parseActionBlock, type ParsedBlock } from "./action.ts";

export type Extraction = { ok: true; value: ParsedBlock } | { ok: false; problem: string };

/**
 * Finds the daemon's action block in its reply: fenced JSON first, then any balanced braces. The first candidate that
 * parses and validates wins. Otherwise the problem names the nearest miss, so that the daemon can repair it.
 */
export function extractActionBlock(text: string): Extraction {
  let nearest: string | undefined;
  let stray: string | undefined;
  for (const candidate of candidates(text)) {
    // Braces in prose ("{}") are no miss of a block; a text without the one field that must be there cannot be valid.
    if (!candidate.includes('"status"')) {
      stray ??= candidate;
      continue;
    }
    const parsed = parsedCandidate(candidate);
    if (parsed.ok) return parsed;
    nearest ??= parsed.problem;
  }
  if (nearest !== undefined) return { ok: false, problem: nearest };
  return stray === undefined ? { ok: false, problem: "no JSON block found in the reply" } : parsedCandidate(stray);
}

function parsedCandidate(candidate: string): Extraction {
  let value: unknown;
  try {
    value = JSON.parse(candidate);
  } catch (error) {
    return { ok: false, problem: `not valid JSON: ${messageOf(error)}` };
  }
  return parseActionBlock(value);
}

function* candidates(text: string): Generator<string> {
  for (const fence of text.matchAll(/```(?:json|JSON)?[ \t]*\r?\n([\s\S]*?)```/g)) yield fence[1] ?? "";
  yield* balancedObjects(text);
}

/**
 * Characters that are looked at in all. A model's reply is a few kilobytes; what needs more than this is thousands of
 * braces that never close, where each one would be followed to the end.
 */
const mostLooks = 20_000_000;

/** Each outermost `{…}` whose braces balance outside of strings, and, after an unbalanced one, what starts further in. */
function* balancedObjects(text: string): Generator<string> {
  let looks = 0;
  let from = text.indexOf("{");
  while (from !== -1 && looks < mostLooks) {
    const end = endOfObject(text, from);
    looks += (end ?? text.length) - from;
    if (end !== undefined) yield text.slice(from, end);
    from = text.indexOf("{", end ?? from + 1);
  }
}

/** The position after the brace that closes the one at `from`. */
function endOfObject(text: string, from: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString) {
      if (char === "\\") at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth += 1;
    else if (char === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
