import { readDuration } from "../../../base/units.ts";
import { countAtSeq, countAtTime } from "./pace.ts";

/**
 * A place in a run as people write it: the number of an event (1234), a time into the run (90s, 1h5m, 12:30 as the bar shows it), or a
 * moment (2026-01-02T03:04). Undefined: it is none.
 */
export function readPlace(text: string, reel: { ats: readonly number[]; seqs: readonly number[] }): number | undefined {
  const wanted = text.trim();
  const [opened] = reel.ats;
  if (opened === undefined) return undefined;
  if (/^\d{1,15}$/.test(wanted)) return countAtSeq(reel.seqs, Number(wanted));
  const into = readDuration(wanted) ?? readDial(wanted);
  if (into !== undefined) return countAtTime(reel.ats, opened + into);
  const at = /^\d{4}-\d\d-\d\d/.test(wanted) ? Date.parse(wanted) : Number.NaN;
  return Number.isNaN(at) ? undefined : countAtTime(reel.ats, at);
}

/** Milliseconds of "12:30" or "1:02:03". */
function readDial(text: string): number | undefined {
  const match = /^(?:(\d{1,5}):)?(\d{1,3}):(\d\d)$/.exec(text);
  if (match === null) return undefined;
  return ((Number(match[1] ?? 0) * 60 + Number(match[2])) * 60 + Number(match[3])) * 1000;
}
