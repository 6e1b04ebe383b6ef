import { readingActions, current } from "../draw/reading.ts";
import { contentOf } from "../draw/entries.ts";
import { entryAt, following, toEntry } from "../draw/scroll.ts";
import type { Action, At } from "../page.ts";
import { plainText } from "../transcript/step.ts";
import { askOlder, neighbourOf, reading, type ConstructState } from "./construct-state.ts";

/** The keys of a transcript on this page, where they are other ones: w and s go by entries, [ and ] to other constructs. */
const ownKeys: Readonly<Record<string, readonly string[]>> = {
  "transcript.up": ["up"],
  "transcript.down": ["down"],
  "transcript.fold": ["enter", "space", "z"],
  "transcript.match_after": ["N"],
  "transcript.match_before": ["M"],
};

const moves: ReadonlySet<string> = new Set(
  ["up", "down", "page_up", "page_down", "first", "last"].map((name) => `transcript.${name}`),
);

const readers = readingActions<ConstructState>("transcript", reading).flatMap((action): Action<ConstructState>[] => {
  // What is copied here is the step with its marks.
  if (action.id === "transcript.copy") return [];
  const keys = ownKeys[action.id] ?? action.keys;
  return [{ ...action, keys, isPlain: moves.has(action.id) }];
});

const neighbour = (id: string, title: string, key: string, by: 1 | -1): Action<ConstructState> => ({
  id,
  title,
  keys: [key],
  can: (at) => neighbourOf(at, by) !== undefined,
  run: (at) => at.hands.show("construct", { construct: neighbourOf(at, by) }),
});

const entryBy = (id: string, title: string, key: string, by: 1 | -1): Action<ConstructState> => ({
  id,
  title,
  keys: [key],
  isPlain: true,
  can: ({ state }) => (state.record?.entries.length ?? 0) > 0,
  run: (at) => movedByEntry(at, by),
});

/** What the construct page does. */
export const constructPageActions: readonly Action<ConstructState>[] = [
  {
    id: "transcript.search_off",
    title: "search off",
    keys: ["escape"],
    can: ({ state }) => state.reading.search !== "",
    run: ({ state }) => ({ ...state, reading: { ...state.reading, search: "" } }),
  },
  ...readers,
  entryBy("transcript.entry_up", "entry before", "w", -1),
  entryBy("transcript.entry_down", "entry after", "s", 1),
  neighbour("construct.previous", "construct before", "[", -1),
  neighbour("construct.next", "construct after", "]", 1),
  {
    id: "transcript.copy",
    title: "copy its text",
    keys: ["y"],
    isRare: true,
    can: (seen) => current(reading, seen) !== undefined,
    run: (at) => {
      const seq = current(reading, at)?.seq;
      const step = at.state.record?.steps.find((one) => one.seq === seq);
      if (step !== undefined) at.hands.copy(plainText(step), `the text of [${step.seq}]`);
    },
  },
  {
    id: "transcript.copy_all",
    title: "copy the whole transcript",
    keys: [],
    can: ({ state }) => (state.record?.steps.length ?? 0) > 0,
    run: ({ state, hands }) => {
      const steps = state.record?.steps ?? [];
      hands.copy(steps.map(plainText).join("\n\n"), `${steps.length} entries`);
    },
  },
];

/** The cursor on the entry beside it: behind the last one the end is followed, before the first one older ones are asked for. */
function movedByEntry(at: At<ConstructState>, by: 1 | -1): ConstructState {
  const { state } = at;
  const { scroll } = state.reading;
  const entries = state.record?.entries ?? [];
  const pane = reading.pane(at);
  const content = contentOf(entries, state.reading, pane);
  const seq = entryAt(content, scroll);
  const place = entries.findIndex((entry) => entry.seq === seq);
  if (place + by < 0) void askOlder(at);
  const to = entries[Math.max(0, place + by)];
  const next =
    to === undefined || (by > 0 && scroll.follows) ? following : toEntry(content, scroll, pane.height, to.seq);
  return { ...state, reading: { ...state.reading, scroll: next } };
}
