import { count } from "../../../base/units.ts";
import { flatEvent, type DeckEvent } from "../../../protocol/event.ts";
import type { RunView } from "../../../protocol/view.ts";
import { money } from "../../words/amounts.ts";
import { narrate } from "../../words/narrate.ts";
import { daemonWord, runWord } from "../../words/state-word.ts";
import { widthOf, wrap } from "../../words/width.ts";
import { line, type Line, type Placed, type Span } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { current, pointed, readingActions, rolled } from "../draw/reading.ts";
import type { ReadingOf } from "../draw/reading-of.ts";
import { placeOfSeq, shownOf } from "../draw/scroll.ts";
import { contentOf, drawTranscript, newReading, type Entry, type Pane, type Reading } from "../draw/entries.ts";
import {
  conversationEntry,
  conversationMargin,
  conversationTypes,
  entryOf,
  isOfConversation,
  unreadIn,
} from "../model/conversation.ts";
import { isOpen, lookedInto } from "../model/deck-model.ts";
import { askHistory, noHistory, withEvent, withPage, type History } from "../model/history.ts";
import { needInFocus } from "../model/needs.ts";
import { daemonNeedId } from "../model/raised.ts";
import type { At, Page, Seen } from "../page.ts";

type Told = "conversation" | "everything";

export interface DaemonState {
  history: History;
  reading: Reading;
  shows: Told;
  /** The entries of events, made once. */
  made: {
    entries: WeakMap<readonly DeckEvent[], readonly Entry[]>;
    entry: WeakMap<DeckEvent, Entry | null>;
    unread: WeakMap<readonly DeckEvent[], number>;
  };
}

const begun = (run: string | null, shows: Told): DaemonState => ({
  history: noHistory(run),
  reading: newReading(),
  shows,
  made: { entries: new WeakMap(), entry: new WeakMap(), unread: new WeakMap() },
});

const transcript: ReadingOf<DaemonState> = {
  entries: (seen) => entriesOf(seen),
  pane: (seen) => paneOf(seen),
  get: ({ reading }) => reading,
  set: (state, reading) => ({ ...state, reading }),
  json: ({ state }, seq) => {
    const event = state.history.events.find((one) => one.seq === seq);
    return event === undefined ? undefined : JSON.stringify(flatEvent(event), null, 2);
  },
  older: {
    has: ({ history }) => history.more,
    load: async (at) => at.state.history.more && askMore(at, true),
  },
};

/** The conversation with the daemon of a run, and what came of it. */
export const daemonPage: Page<DaemonState> = {
  name: "daemon",
  title: "Daemon",
  begin(aim, model, before) {
    const known = before?.history.run ?? null;
    const isKept = known !== null && lookedInto(model) === undefined && !model.recorded.has(known);
    const run = aim.run ?? (isKept ? known : model.current);
    return before !== undefined && before.history.run === run ? before : begun(run, before?.shows ?? "conversation");
  },
  entered: (at) => void askMore(at, false),
  heard(event, { state, model }) {
    const { run } = state.history;
    const shown = run === null ? undefined : model.runs.get(run);
    // What begins is shown in place of what is over.
    if (event.type === "run.opened" && (shown === undefined || !isOpen(shown)))
      return { ...begun(event.run, state.shows), history: withEvent(noHistory(event.run), event) };
    if (state.shows === "conversation" && !isOfConversation(event)) return state;
    const history = withEvent(state.history, event);
    return history === state.history ? state : { ...state, history };
  },
  draw(seen) {
    const { size, state } = seen;
    const view = viewOf(seen);
    if (view === undefined) return { parts: [emptyPart(seen)] };
    const pane = paneOf(seen);
    const entries = entriesOf(seen);
    const lines = drawTranscript(entries, state.reading, pane);
    const { isCutBelow } = shownOf(contentOf(entries, state.reading, pane), state.reading.scroll, pane.height);
    const banner = bannerOf(view, seen);
    return {
      parts: [
        { x: 0, y: 0, width: size.columns, height: 1, lines: [headLine(view, seen, isCutBelow)] },
        // Few entries stand at the bottom, where the next one will.
        { x: 0, y: 1 + pane.height - lines.length, width: size.columns, height: lines.length, lines },
        ...(banner === undefined ? [] : [banner]),
      ],
    };
  },
  focus(seen) {
    const { run } = seen.state.history;
    const about = { run: run ?? undefined, construct: constructAt(seen) };
    // What it asks stands in the picture: it can be answered from here.
    const need = run === null ? undefined : needInFocus(seen.model, { need: daemonNeedId(run) });
    return need === undefined ? about : { ...about, need: need.id, isSeen: true };
  },
  actions: [
    {
      id: "daemon.open",
      title: "open the construct",
      keys: ["enter", "space"],
      can: (seen) => constructAt(seen) !== undefined,
      run: ({ hands, focus }) => hands.show("construct", focus),
    },
    {
      id: "daemon.everything",
      title: "everything, or the conversation",
      keys: ["tab", "shift+tab"],
      can: (seen) => viewOf(seen) !== undefined,
      run(at) {
        const { history, shows } = at.state;
        const state = begun(history.run, shows === "everything" ? "conversation" : "everything");
        void askMore({ ...at, state }, false);
        return state;
      },
    },
    {
      id: "daemon.next_run",
      title: "the daemon of the next run",
      keys: [">"],
      can: ({ model }) => model.runs.size > 1,
      run: (at) => turnTo(at, 1),
    },
    {
      id: "daemon.run_before",
      title: "the daemon of the run before",
      keys: ["<"],
      can: ({ model }) => model.runs.size > 1,
      run: (at) => turnTo(at, -1),
    },
    ...readingActions("daemon", transcript),
  ],
  clicked: (target, at) => pointed(transcript, target, at),
  wheeled: (rows, seen) => rolled(transcript, rows, seen),
};

const viewOf = ({ model, state }: Seen<DaemonState>): RunView | undefined =>
  state.history.run === null ? undefined : model.runs.get(state.history.run);

/** Asks for events, which come into the state later. */
/** False: it could not be had. */
async function askMore(at: At<DaemonState>, older: boolean): Promise<boolean> {
  const { history, shows } = at.state;
  const types = shows === "conversation" ? { types: conversationTypes } : {};
  const page = await askHistory(at.hands, history, { older, ...types });
  at.update((state) =>
    page === undefined || state.history.run !== history.run || state.shows !== shows
      ? state
      : { ...state, history: withPage(state.history, page) },
  );
  return page !== undefined;
}

function turnTo(at: At<DaemonState>, by: number): DaemonState {
  const runs = [...at.model.runs.keys()];
  const place = runs.indexOf(at.state.history.run ?? "");
  const run = runs[(place + by + runs.length) % runs.length] ?? null;
  const state = begun(run, at.state.shows);
  void askMore({ ...at, state }, false);
  return state;
}

function entriesOf({ state }: Seen<DaemonState>): readonly Entry[] {
  const { history, made, shows } = state;
  const known = made.entries.get(history.events);
  if (known !== undefined) return known;
  const entries: Entry[] = [];
  for (const event of history.events) {
    let entry = made.entry.get(event);
    if (entry === undefined) {
      entry = (shows === "conversation" ? conversationEntry(event) : narratedEntry(event)) ?? null;
      made.entry.set(event, entry);
    }
    if (entry !== null) entries.push(entry);
  }
  made.entries.set(history.events, entries);
  return entries;
}

/** Any event in a line, as the command line tells it. */
function narratedEntry(event: DeckEvent): Entry | undefined {
  const told = narrate(event);
  if (told === undefined) return undefined;
  const { who, word, text, style, lasting } = told;
  const whole = `${word}${text === "" ? "" : `: ${text}`}`;
  const isLong = whole.length > 200 || whole.includes("\n");
  return entryOf(event, {
    word: who.startsWith("cx-") ? who.slice(3) : who,
    look: "faint",
    text: whole,
    textLook: style === "plain" && !lasting ? "faint" : style,
    ...(isLong ? { brief: whole } : {}),
  });
}

/** The construct that the entry with the cursor is about. */
function constructAt(seen: Seen<DaemonState>): string | undefined {
  const { events } = seen.state.history;
  const seq = current(transcript, seen)?.seq;
  if (seq === undefined) return undefined;
  const body = events[placeOfSeq(events.length, (place) => events[place]?.seq ?? 0, seq)]?.body;
  if (body === undefined) return undefined;
  if ("construct" in body && typeof body.construct === "string") return body.construct;
  return "action" in body && "construct" in body.action ? body.action.construct : undefined;
}

const paneOf = (seen: Seen<DaemonState>): Pane => {
  const view = viewOf(seen);
  const banner = view === undefined ? undefined : bannerOf(view, seen);
  const height = Math.max(1, seen.size.rows - 1 - (banner?.height ?? 0));
  return { width: seen.size.columns - 1, height, margin: conversationMargin };
};

/** How the daemon stands, and at the right whether the end is in view. */
function headLine(view: RunView, seen: Seen<DaemonState>, isCutBelow: boolean): Line {
  const { state, model, size } = seen;
  const word = daemonWord(view);
  const unread = isOpen(view) ? unreadOf(state) : 0;
  const { turns, costUsd } = view.daemon;
  const others = [...model.runs.values()].filter((one) => one.run !== view.run && isOpen(one)).length;
  const left: Span[] = [
    ...(word === undefined || !isOpen(view)
      ? [{ text: ` ${runWord(view.status).glyph} ${runWord(view.status).word}`, look: runWord(view.status).style }]
      : [{ text: ` ${word.glyph} ${word.word}`, look: word.style === "alarm" ? ("act" as const) : word.style }]),
    {
      text: view.kind === "goal" ? `  ${count(turns, "turn")} · ${money(costUsd)}` : "  tasks without a daemon",
      look: "faint",
    },
    ...(unread > 0 ? [{ text: `  ${count(unread, "message")} of yours unread`, look: "warning" as const }] : []),
    ...(others > 0 ? [{ text: `  ${view.run}  > ${count(others, "other run")}`, look: "faint" as const }] : []),
    ...(state.reading.search === "" ? [] : [{ text: `  /${state.reading.search}  [ ] step`, look: "match" as const }]),
  ];
  const used = left.reduce((sum, { text }) => sum + widthOf(text), 0);
  const place = state.reading.scroll.follows ? "follows" : isCutBelow ? "↓ more below" : "at the end";
  const rights = [`${state.shows} · ${place} `, `${place} `];
  const right = rights.find((text) => used + widthOf(text) < size.columns) ?? "";
  return line(...left, " ".repeat(Math.max(1, size.columns - used - widthOf(right))), [right, "faint"]);
}

function unreadOf({ history, made }: DaemonState): number {
  const known = made.unread.get(history.events);
  if (known !== undefined) return known;
  const unread = unreadIn(history.events).length;
  made.unread.set(history.events, unread);
  return unread;
}

/** What the netrunner can say now, at the bottom: magenta where nothing goes on without it. */
function bannerOf(view: RunView, { size, model }: Seen<DaemonState>): Placed | undefined {
  const place = (words: readonly string[], title: string, foot: string, isUrgent: boolean): Placed => {
    const rows = words.flatMap((word) => wrap(word, size.columns - 4)).slice(0, Math.max(1, Math.floor(size.rows / 4)));
    const lines = rows.map((row) => line([` ${row}`, isUrgent ? "strong" : "plain"]));
    const height = lines.length + 2;
    const at = { x: 0, y: size.rows - height, width: size.columns, height };
    return boxed(lines, at, { title, foot, border: isUrgent ? "border_act" : "border" });
  };
  if (!isOpen(view)) {
    const { word } = runWord(view.status);
    const end = view.status === "failed" ? "The run has failed" : `The run is ${word}`;
    const text = view.reason === "" ? `${end}.` : view.reason;
    return place([text], end, "r opens it again", false);
  }
  if (view.kind === "goal" && view.status === "waiting") {
    const question = view.reason || view.daemon.lastChat || "It has not said what for: ask it.";
    const foot = '"proceed" goes on · "autopilot" asks no more · "stand down" ends it';
    return place([question], "THE DAEMON WAITS FOR YOU · T answers", foot, true);
  }
  if (view.status === "paused") {
    const needs = Object.values(view.attention);
    const words = needs.length > 0 ? needs.map(({ text, next }) => `${text} ${next}`) : [view.reason];
    return place(words, "THE RUN IS PAUSED", "g goes to what needs you", true);
  }
  return model.link.state === "lost" ? place([model.link.why], "No deck", "R attaches again", false) : undefined;
}

function emptyPart({ size, model }: Seen<DaemonState>): Placed {
  const words =
    model.link.state === "attached" ? "No run is open. e sets a goal for a daemon, n starts a construct alone." : "";
  return { x: 0, y: 0, width: size.columns, height: size.rows, lines: [line(""), line([`  ${words}`, "faint"])] };
}
