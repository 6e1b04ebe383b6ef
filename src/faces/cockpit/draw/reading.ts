import { searchDialog } from "../dialogs/search.ts";
import type { Action, At, Seen } from "../page.ts";
import { entryAt, following, movedBy, pagedBy, placeOfSeq, rolledBy, toEntry, toStart, type Scroll } from "./scroll.ts";
import { contentOf, hasText, wordsOf, type Entry, type Pane, type Reading } from "./transcript.ts";

/** A transcript that is part of a page. */
export interface ReadingOf<S> {
  entries: (seen: Seen<S>) => readonly Entry[];
  pane: (seen: Seen<S>) => Pane;
  get: (state: S) => Reading;
  set: (state: S, reading: Reading) => S;
  /** The record of an entry, for the clipboard. */
  json?: (seen: Seen<S>, seq: number) => string | undefined;
  /** The start is reached: time to ask for older ones. */
  atStart?: (at: At<S>) => void;
}

/** The keys of a transcript: w s and arrows, pages, ends, f follows, / looks for a text, z unfolds, y copies. */
export function readingActions<S>(page: string, of: ReadingOf<S>): Action<S>[] {
  const move = (
    id: string,
    title: string,
    keys: string[],
    to: (scroll: Scroll, height: number, at: At<S>) => Scroll,
  ): Action<S> => ({
    id: `${page}.${id}`,
    title,
    keys,
    isPlain: true,
    can: (seen) => of.entries(seen).length > 0,
    run: (at) => {
      const reading = of.get(at.state);
      const scroll = to(reading.scroll, of.pane(at).height, at);
      if (!scroll.follows && scroll.cursor.seq === of.entries(at)[0]?.seq) of.atStart?.(at);
      return of.set(at.state, { ...reading, scroll });
    },
  });
  const by = (rows: number) => (scroll: Scroll, height: number, at: At<S>) =>
    movedBy(contentIn(of, at), scroll, height, rows);
  const pageBy = (sign: number) => (scroll: Scroll, height: number, at: At<S>) =>
    pagedBy(contentIn(of, at), scroll, height, sign * Math.max(1, height - 2));
  return [
    move("up", "up", ["w", "up"], by(-1)),
    move("down", "down", ["s", "down"], by(1)),
    move("page_up", "page up", ["pageUp"], pageBy(-1)),
    move("page_down", "page down", ["pageDown"], pageBy(1)),
    move("first", "first", ["home"], (_scroll, _height, at) => toStart(contentIn(of, at))),
    move("last", "last, and follow", ["end"], () => following),
    {
      id: `${page}.follow`,
      title: "follow or stay",
      keys: ["f"],
      can: (seen) => of.entries(seen).length > 0,
      run: (at) => {
        const reading = of.get(at.state);
        const content = contentIn(of, at);
        const scroll = reading.scroll.follows
          ? toEntry(content, following, of.pane(at).height, entryAt(content, following) ?? 0)
          : following;
        return of.set(at.state, { ...reading, scroll });
      },
    },
    {
      id: `${page}.fold`,
      title: "unfold or fold",
      keys: ["z"],
      can: (seen) => folding(of, seen) !== undefined,
      run: (at) => {
        const entry = folding(of, at);
        if (entry === undefined) return at.state;
        const reading = of.get(at.state);
        const turned = new Set(reading.turned);
        if (!turned.delete(entry.seq)) turned.add(entry.seq);
        return of.set(at.state, { ...reading, turned });
      },
    },
    {
      id: `${page}.fold_all`,
      title: "unfold or fold all",
      keys: ["Z"],
      isRare: true,
      can: (seen) => of.entries(seen).some((entry) => entry.brief !== undefined),
      run: (at) => {
        const reading = of.get(at.state);
        return of.set(at.state, { ...reading, isOpen: !reading.isOpen, turned: new Set() });
      },
    },
    {
      id: `${page}.search`,
      title: "search",
      keys: ["/"],
      can: (seen) => of.entries(seen).length > 0,
      run: (at) => {
        at.hands.open(
          searchDialog({
            text: of.get(at.state).search,
            changed: (search) => at.update((state) => found(of, { ...at, state }, search, -1, true)),
            step: (by) => at.update((state) => found(of, { ...at, state }, of.get(state).search, by, false)),
            count: (search) => of.entries(at).filter((entry) => hasText(entry, search)).length,
          }),
        );
      },
    },
    ...[
      { id: "match_before", title: "match before", key: "[", way: -1 as const },
      { id: "match_after", title: "match after", key: "]", way: 1 as const },
    ].map(({ id, title, key, way }): Action<S> => ({
      id: `${page}.${id}`,
      title,
      keys: [key],
      isPlain: true,
      can: ({ state }) => of.get(state).search !== "",
      run: (at) => found(of, at, of.get(at.state).search, way, false),
    })),
    {
      id: `${page}.copy`,
      title: "copy its text",
      keys: ["y"],
      isRare: true,
      can: (seen) => current(of, seen) !== undefined,
      run: (at) => {
        const entry = current(of, at);
        if (entry !== undefined) at.hands.copy(wordsOf(entry), `the text of [${entry.seq}]`);
      },
    },
    {
      id: `${page}.copy_json`,
      title: "copy its record as JSON",
      keys: ["Y"],
      isRare: true,
      can: (seen) => recordOf(of, seen) !== undefined,
      run: (at) => {
        const json = recordOf(of, at);
        if (json !== undefined) at.hands.copy(json, `the record of [${current(of, at)?.seq ?? 0}]`);
      },
    },
  ];
}

/** What the wheel does to a transcript. */
export function rolled<S>(of: ReadingOf<S>, rows: number, seen: Seen<S>): S {
  const reading = of.get(seen.state);
  return of.set(seen.state, {
    ...reading,
    scroll: rolledBy(contentIn(of, seen), reading.scroll, of.pane(seen).height, rows),
  });
}

/** What a click on a row of a transcript does: the cursor goes there. */
export function pointed<S>(of: ReadingOf<S>, target: string, seen: Seen<S>): S {
  const reading = of.get(seen.state);
  const scroll = toEntry(contentIn(of, seen), reading.scroll, of.pane(seen).height, Number(target));
  return of.set(seen.state, { ...reading, scroll });
}

/** The entry with the cursor; while the end is followed, the last one. */
export function current<S>(of: ReadingOf<S>, seen: Seen<S>): Entry | undefined {
  const content = contentIn(of, seen);
  const seq = entryAt(content, of.get(seen.state).scroll);
  return seq === undefined ? undefined : of.entries(seen)[placeOfSeq(content.count, content.seqAt, seq)];
}

const contentIn = <S>(of: ReadingOf<S>, seen: Seen<S>) =>
  contentOf(of.entries(seen), of.get(seen.state), of.pane(seen));

function folding<S>(of: ReadingOf<S>, seen: Seen<S>): Entry | undefined {
  const entry = current(of, seen);
  return entry?.brief === undefined ? undefined : entry;
}

function recordOf<S>(of: ReadingOf<S>, seen: Seen<S>): string | undefined {
  const entry = current(of, seen);
  return entry === undefined ? undefined : of.json?.(seen, entry.seq);
}

/** The cursor on the next entry that has the text, in the way that is wanted; from the end it begins anew. */
function found<S>(of: ReadingOf<S>, seen: Seen<S>, search: string, way: 1 | -1, isHereToo: boolean): S {
  const reading = { ...of.get(seen.state), search };
  const entries = of.entries(seen);
  const seqs = search === "" ? [] : entries.filter((entry) => hasText(entry, search)).map(({ seq }) => seq);
  const content = contentIn(of, seen);
  const here = entryAt(content, reading.scroll) ?? 0;
  const after = (seq: number): boolean => (isHereToo && seq === here) || (way > 0 ? seq > here : seq < here);
  const to = way > 0 ? (seqs.find(after) ?? seqs[0]) : (seqs.findLast(after) ?? seqs.at(-1));
  if (to === undefined) return of.set(seen.state, reading);
  return of.set(seen.state, { ...reading, scroll: toEntry(content, reading.scroll, of.pane(seen).height, to) });
}
