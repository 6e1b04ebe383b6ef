import { searchDialog } from "../dialogs/search.ts";
import type { Action, At, Seen } from "../page.ts";
import { contentIn, type ReadingOf } from "./reading-of.ts";
import { entryAt, following, movedBy, pagedBy, placeOfSeq, rolledBy, toEntry, toStart, type Scroll } from "./scroll.ts";
import { found, isFartherBack, seekOlder, toldOf } from "./search.ts";
import { wordsOf, type Entry } from "./entries.ts";

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
      if (!scroll.follows && scroll.cursor.seq === of.entries(at)[0]?.seq) void of.older?.load(at);
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
        let latest = at.state;
        const change = (to: (state: S) => S): void => at.update((state) => (latest = to(state)));
        const read = (): S => {
          change((state) => state);
          return latest;
        };
        at.hands.open(
          searchDialog({
            text: of.get(at.state).search,
            changed: (search) => change((state) => found(of, { ...at, state }, search, -1, true)),
            step: (by) =>
              by < 0 && isFartherBack(of, { ...at, state: read() })
                ? void seekOlder(of, at, read)
                : change((state) => found(of, { ...at, state }, of.get(state).search, by, false)),
            told: () => toldOf(of, { ...at, state: latest }, "↑"),
            closed: () => change((state) => typing(of, state, false)),
          }),
        );
        return typing(of, at.state, true);
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
      run: (at) => {
        if (way > 0 || !isFartherBack(of, at)) return found(of, at, of.get(at.state).search, way, false);
        const read = (): S => {
          let now = at.state;
          at.update((state) => (now = state));
          return now;
        };
        void seekOlder(of, at, read);
        return undefined;
      },
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

const typing = <S>(of: ReadingOf<S>, state: S, isTyped: boolean): S => of.set(state, { ...of.get(state), isTyped });

function folding<S>(of: ReadingOf<S>, seen: Seen<S>): Entry | undefined {
  const entry = current(of, seen);
  return entry?.brief === undefined ? undefined : entry;
}

function recordOf<S>(of: ReadingOf<S>, seen: Seen<S>): string | undefined {
  const entry = current(of, seen);
  return entry === undefined ? undefined : of.json?.(seen, entry.seq);
}
