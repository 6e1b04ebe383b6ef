import { count } from "../../../base/units.ts";
import type { At, Seen } from "../page.ts";
import { contentIn, type ReadingOf } from "./reading-of.ts";
import { entryAt, toEntry } from "./scroll.ts";
import { hasText, type Entry } from "./entries.ts";

/** So many times older entries are asked for before the netrunner is asked whether to go on. */
const mostLoads = 10;

/** The cursor on the next entry that has the text, in the way that is wanted; from the end it begins anew. */
export function found<S>(of: ReadingOf<S>, seen: Seen<S>, search: string, way: 1 | -1, isHereToo: boolean): S {
  const reading = { ...of.get(seen.state), search };
  const seqs = search === "" ? [] : matching(of, seen, search).map(({ seq }) => seq);
  const here = entryAt(contentIn(of, seen), reading.scroll) ?? 0;
  const after = (seq: number): boolean => (isHereToo && seq === here) || (way > 0 ? seq > here : seq < here);
  const to = way > 0 ? (seqs.find(after) ?? seqs[0]) : (seqs.findLast(after) ?? seqs.at(-1));
  return to === undefined ? of.set(seen.state, reading) : at(of, { ...seen, state: of.set(seen.state, reading) }, to);
}

/** Whether the next match back may be among what is not loaded: none of what is loaded comes before the cursor. */
export function isFartherBack<S>(of: ReadingOf<S>, seen: Seen<S>): boolean {
  const { search, scroll } = of.get(seen.state);
  if (search === "" || of.older?.has(seen.state) !== true) return false;
  const here = entryAt(contentIn(of, seen), scroll) ?? 0;
  return !matching(of, seen, search).some(({ seq }) => seq < here);
}

/**
 * Looks for the text among what is not loaded: older entries are asked for until one has it, there are no more, or it has taken long.
 * @param read the state as it is now
 */
export async function seekOlder<S>(of: ReadingOf<S>, now: At<S>, read: () => S): Promise<void> {
  const { older } = of;
  const { search } = of.get(read());
  if (older === undefined) return;
  const isWanted = (): boolean => of.get(read()).search === search;
  for (let loads = 0; loads < mostLoads && isWanted() && older.has(read()); loads += 1) {
    const first = of.entries({ ...now, state: read() })[0]?.seq ?? Infinity;
    if (!(await older.load({ ...now, state: read() }))) return;
    const match = matching(of, { ...now, state: read() }, search).findLast(({ seq }) => seq < first);
    if (match === undefined || !isWanted()) continue;
    now.update((state) => at(of, { ...now, state }, match.seq));
    return;
  }
  if (!isWanted()) return;
  const looked = of.entries({ ...now, state: read() }).length;
  const isAll = !older.has(read());
  now.hands.say(
    isAll
      ? "nowhere farther back: that was the whole record"
      : `not in the latest ${looked}: once more looks farther back`,
    "warning",
  );
}

/**
 * How often the text is there, and of how much of the record that is true.
 * @param key that looks farther back; null: none does just now
 */
export function toldOf<S>(of: ReadingOf<S>, seen: Seen<S>, key: string | null): { text: string; isMissing: boolean } {
  const found = matching(of, seen, of.get(seen.state).search).length;
  const isMissing = found === 0;
  if (of.older?.has(seen.state) !== true)
    return { text: isMissing ? "nowhere" : `in ${count(found, "entry", "entries")}`, isMissing };
  const back = key === null ? "" : `, ${key} looks back`;
  const text = `in ${isMissing ? "none" : found} of the latest ${of.entries(seen).length}${back}`;
  return { text, isMissing };
}

const matching = <S>(of: ReadingOf<S>, seen: Seen<S>, search: string): Entry[] =>
  search === "" ? [] : of.entries(seen).filter((entry) => hasText(entry, search));

function at<S>(of: ReadingOf<S>, seen: Seen<S>, seq: number): S {
  const reading = of.get(seen.state);
  const scroll = toEntry(contentIn(of, seen), reading.scroll, of.pane(seen).height, seq);
  return of.set(seen.state, { ...reading, scroll });
}
