/** How fast a replay goes: so many times as fast as it happened, or event by event. */
export const speeds = [1, 2, 4, 8, 16, 32, 64, "events"] as const;
export type Speed = (typeof speeds)[number];

/** Where a replay is: after so many events; and since when it plays from there. */
export interface Position {
  count: number;
  /** Milliseconds since the epoch, of the cockpit's time; null: it stands. */
  since: number | null;
  speed: Speed;
}

/** The longest that a replay waits for its next event, milliseconds. */
const longestMs = 2000;
/** So long does each event stand when it goes by events, milliseconds. */
const eventMs = 250;

/** Where it has come to by now, and which time it was then, milliseconds since the epoch. */
export function reached(
  ats: readonly number[],
  { count, since, speed }: Position,
  now: number,
): { count: number; at: number; left: number } {
  let left = since === null ? 0 : Math.max(0, now - since);
  let at = count;
  const end = since === null ? count : ats.length;
  while (at < end) {
    const wait = waitFor(ats, at, speed);
    if (left < wait) break;
    left -= wait;
    at += 1;
  }
  const last = ats[at - 1] ?? ats[0] ?? 0;
  const next = ats[at] ?? last;
  const wait = at < ats.length ? waitFor(ats, at, speed) : 0;
  // A clock that was set back while the run was recorded does not run backwards here.
  const into = wait > 0 ? Math.max(0, next - last) * Math.min(1, left / wait) : 0;
  return { count: at, at: last + (since === null ? 0 : into), left };
}

/** The next speed up or down; the first and the last stay. */
export const speedBeside = (speed: Speed, by: 1 | -1): Speed =>
  speeds[Math.max(0, Math.min(speeds.length - 1, speeds.indexOf(speed) + by))] ?? speed;

export const speedWord = (speed: Speed): string => (speed === "events" ? "by events" : `${speed}x`);

/** So many events are shown at a place: all up to this time. */
export function countAtTime(ats: readonly number[], time: number): number {
  let [low, high] = [0, ats.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ats[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All up to the event with this number. */
export const countAtSeq = (seqs: readonly number[], seq: number): number => countAtTime(seqs, seq);

function waitFor(ats: readonly number[], at: number, speed: Speed): number {
  const [before, next] = [ats[at - 1], ats[at]];
  if (before === undefined || next === undefined) return 0;
  return speed === "events" ? eventMs : Math.min(longestMs, Math.max(0, next - before) / speed);
}
