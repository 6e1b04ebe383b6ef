import { headAndTail } from "../../base/text.ts";
import type { Saying } from "../wire/letters.ts";

/** So much of a text is kept of one that is too long, bytes; if that is not enough, less. */
const keptBytes = [256 * 1024, 16 * 1024, 1024];

/**
 * What fits into a letter of so many bytes: the saying itself, or one with the middle of its long texts left out and told. Undefined where that does
 * not help, or must not be done: a call about which the host decides must be the one that runs.
 */
export function fitting(saying: Saying, mostBytes: number): Saying | undefined {
  if (bytesOf(saying) <= mostBytes) return saying;
  if (saying.type === "transcript") return { type: "transcript", line: leftOut(saying.line) };
  if (saying.type === "surfaces" || (saying.type === "asks" && saying.found.judged.decision !== "deny"))
    return undefined;
  for (const most of keptBytes) {
    // Only texts become shorter: what it is stays.
    const shorter = shortened(saying, most) as Saying;
    if (bytesOf(shorter) <= mostBytes) return shorter;
  }
  return undefined;
}

const bytesOf = (saying: Saying): number => Buffer.byteLength(JSON.stringify(saying));

/** A line of a transcript is JSON of the agent's, whatever it says; so is the one in its place. */
const leftOut = (line: string): string =>
  JSON.stringify({ type: "cyberdeck", left_out_bytes: Buffer.byteLength(line), why: "too large for the hub" });

function shortened(value: unknown, most: number): unknown {
  if (typeof value === "string") return Buffer.byteLength(value) <= most ? value : headAndTail(value, most).text;
  if (Array.isArray(value)) return value.map((one) => shortened(one, most));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one, most)]));
}
