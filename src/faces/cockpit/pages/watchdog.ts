import { markOf, type RowAt } from "../draw/mark.ts";
import { oneLine } from "../../../base/text.ts";
import { foldAsk } from "../../../protocol/fold-watchdog.ts";
import type { AskView } from "../../../protocol/watchdog.ts";
import { moment } from "../../words/amounts.ts";
import { pad, widthOf, wrap } from "../../words/width.ts";
import { blank, filling, line, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { cursorIn, firstShown, listActions, movedTo, newListing, placeIn, type Listing } from "../draw/listing.ts";
import { eventDialog } from "../dialogs/event.ts";
import { answerLines, askFacts, askWord, citationsIn } from "../model/answer.ts";
import type { Page, Seen } from "../page.ts";

export interface WatchdogState {
  /** The questions of all runs, oldest first. */
  asks: readonly AskView[];
  listing: Listing;
  /** Rows of the answer that are scrolled over. */
  top: number;
  /** Which citation of the answer the cursor is on. */
  cite: number;
}

/** The most questions that are kept; all are on record. */
const mostAsks = 500;

/** What the watchdog was asked, and what it answered, with the events that it cites. */
export const watchdogPage: Page<WatchdogState> = {
  name: "watchdog",
  title: "Watchdog",
  begin: (_aim, _model, before) => before ?? { asks: [], listing: newListing, top: 0, cite: 0 },
  entered({ hands, update }) {
    void hands
      .ask({ type: "ask.history" })
      .then((answer) =>
        update((state) => ("reply" in answer ? { ...state, asks: answer.reply.asks.slice(-mostAsks) } : state)),
      );
  },
  heard(event, { state }) {
    if (!event.type.startsWith("watchdog.")) return state;
    const asks = state.asks.map((ask) => ({ ...ask }));
    const isNew = event.type === "watchdog.asked" && !asks.some(({ ask }) => ask === event.body.ask);
    if (isNew || event.type !== "watchdog.asked") foldAsk(asks, event, mostAsks);
    return { ...state, asks, ...(isNew ? { listing: newListing, top: 0, cite: 0 } : {}) };
  },
  draw(seen) {
    const { state, size } = seen;
    const shown = idsIn(state);
    if (shown.length === 0)
      return filling(
        [
          blank,
          line([
            "  Nothing was asked yet. t asks about the run, or about the construct that the cursor is on.",
            "faint",
          ]),
          line(["  The watchdog answers from the record alone and cites it; it changes nothing.", "faint"]),
        ],
        size.columns,
        size.rows,
      );
    const place = placeIn(shown, state.listing);
    const rows = listRows(seen);
    const first = firstShown(shown.length, place, rows);
    const list = shown.slice(first, first + rows).map((id, index) => {
      const own = first + index;
      return rowOf(id, seen, { place: own, isCursor: own === place });
    });
    const head = line([` ${pad("  ASKED", 18)} ${pad("ABOUT", 12)} ${pad("STATE", 14)} QUESTION`, "faint"]);
    const detail = detailLines(seen);
    const height = size.rows - list.length - 1;
    const at = { x: 0, y: list.length + 1, width: size.columns, height };
    const top = Math.max(0, Math.min(state.top, detail.length - (height - 2)));
    const cites = citationsIn(current(seen) ?? noAsk).length;
    const foot = cites === 0 ? "" : `Tab citation ${Math.min(state.cite, cites - 1) + 1} of ${cites} · Enter opens it`;
    const more =
      detail.length > height - 2 ? `${top + 1}–${Math.min(detail.length, top + height - 2)} of ${detail.length}` : "";
    return {
      parts: [
        { x: 0, y: 0, width: size.columns, height: list.length + 1, lines: [head, ...list] },
        boxed(detail.slice(top), at, { title: titleOf(seen), note: more, foot, border: "border_focused" }),
      ],
    };
  },
  focus(seen) {
    const ask = current(seen);
    return ask === undefined ? {} : { run: ask.run, construct: ask.about ?? undefined };
  },
  actions: [
    {
      id: "watchdog.open",
      title: "open the cited event",
      keys: ["enter", "space"],
      can: (seen) => citedAt(seen) !== undefined,
      run(at) {
        const [ask, seq] = [current(at), citedAt(at)];
        if (ask === undefined || seq === undefined) return;
        at.hands.open(eventDialog(ask.run, seq, at.model.runs.get(ask.run)?.openedAt ?? ask.askedAt));
      },
    },
    ...(
      [
        ["watchdog.cite_next", "next citation", "tab", 1],
        ["watchdog.cite_before", "citation before", "shift+tab", -1],
      ] as const
    ).map(([id, title, key, by]) => ({
      id,
      title,
      keys: [key],
      isPlain: true,
      can: (seen: Seen<WatchdogState>) => citationsIn(current(seen) ?? noAsk).length > 1,
      run: (at: Seen<WatchdogState>): WatchdogState => {
        const count = citationsIn(current(at) ?? noAsk).length;
        return { ...at.state, cite: (Math.min(at.state.cite, count - 1) + by + count) % count };
      },
    })),
    {
      id: "watchdog.cancel",
      title: "take the question back",
      keys: ["c"],
      can: (seen) => current(seen)?.state === "open",
      run(at) {
        const ask = current(at);
        if (ask !== undefined) void at.hands.send({ type: "ask.cancel", ask: ask.ask }, "the question is taken back");
      },
    },
    {
      id: "watchdog.copy",
      title: "copy the answer",
      keys: ["y"],
      isRare: true,
      can: (seen) => current(seen)?.state === "answered",
      run(at) {
        const ask = current(at);
        if (ask !== undefined) at.hands.copy(ask.answer, "the answer");
      },
    },
    {
      id: "watchdog.copy_json",
      title: "copy question and answer as JSON",
      keys: ["Y"],
      isRare: true,
      can: (seen) => current(seen) !== undefined,
      run: (at) => at.hands.copy(JSON.stringify(current(at), null, 2), "question and answer"),
    },
    ...(
      [
        ["watchdog.answer_up", "answer up", "pageUp", -1],
        ["watchdog.answer_down", "answer down", "pageDown", 1],
      ] as const
    ).map(([id, title, key, by]) => ({
      id,
      title,
      keys: [key],
      isPlain: true,
      can: (seen: Seen<WatchdogState>) => current(seen) !== undefined,
      run: (at: Seen<WatchdogState>): WatchdogState => scrolled(at, by * Math.max(1, detailRows(at) - 1)),
    })),
    ...listActions<WatchdogState>("watchdog", {
      ids: ({ state }) => idsIn(state),
      get: ({ listing }) => listing,
      set: (state, listing) => ({ ...state, listing, top: 0, cite: 0 }),
    }).filter(({ id }) => !id.includes("page_")),
  ],
  clicked: (target, { state }) => ({
    ...state,
    listing: movedTo(idsIn(state), idsIn(state).indexOf(target)),
    top: 0,
    cite: 0,
  }),
  wheeled: (rows, seen) => scrolled(seen, rows),
};

const noAsk: Pick<AskView, "answer" | "state"> = { answer: "", state: "open" };

/** The newest is first. */
const idsIn = ({ asks }: WatchdogState): string[] => asks.map(({ ask }) => ask).toReversed();

const current = ({ state }: Seen<WatchdogState>): AskView | undefined => {
  const id = cursorIn(idsIn(state), state.listing);
  return state.asks.find(({ ask }) => ask === id);
};

function citedAt(seen: Seen<WatchdogState>): number | undefined {
  const cites = citationsIn(current(seen) ?? noAsk);
  return cites[Math.min(seen.state.cite, cites.length - 1)];
}

const listRows = ({ state, size }: Seen<WatchdogState>): number =>
  Math.min(state.asks.length, Math.max(3, Math.floor(size.rows / 3)));

const detailRows = (seen: Seen<WatchdogState>): number => Math.max(1, seen.size.rows - listRows(seen) - 3);

function scrolled(seen: Seen<WatchdogState>, by: number): WatchdogState {
  const most = Math.max(0, detailLines(seen).length - detailRows(seen));
  return { ...seen.state, top: Math.max(0, Math.min(most, seen.state.top + by)) };
}

function titleOf(seen: Seen<WatchdogState>): string {
  const ask = current(seen);
  return ask === undefined ? "" : ask.about === null ? "About the run" : `About ${ask.about}`;
}

function rowOf(id: string, { state, size }: Seen<WatchdogState>, at: RowAt): Line {
  const ask = state.asks.find((one) => one.ask === id);
  if (ask === undefined) return blank;
  const { word, look } = askWord(ask, state.asks);
  const row = line(
    markOf(at),
    [pad(moment(ask.askedAt), 16), "faint"],
    " ",
    pad(ask.about ?? "the run", 12),
    " ",
    [pad(word, 14), look],
    ` ${oneLine(ask.question, size.columns)}`,
  );
  return { ...row, target: id, ...(at.isCursor ? { fill: "cursor" as const } : {}) };
}

function detailLines(seen: Seen<WatchdogState>): Line[] {
  const ask = current(seen);
  if (ask === undefined) return [];
  const width = seen.size.columns - 4;
  const question = wrap(ask.question, width).map((row) => line([` ${row}`, "strong"]));
  const facts = wrap(askFacts(ask), width).map((row) => line([` ${row}`, "faint"]));
  return [...question, blank, ...outcomeLines(ask, seen, width), blank, ...facts];
}

function outcomeLines(ask: AskView, seen: Seen<WatchdogState>, width: number): Line[] {
  if (ask.state === "answered") {
    const proof =
      ask.citations.length === 0
        ? [line([" It cites no event: nothing here is proven by the record.", "warning"])]
        : [];
    return [...answerLines(ask, width, citedAt(seen)), ...proof];
  }
  if (ask.state === "failed") return wrap(`No answer: ${ask.reason}`, width).map((row) => line([` ${row}`, "bad"]));
  if (ask.state === "cancelled") return [line([" It was taken back.", "faint"])];
  const { word, look } = askWord(ask, seen.state.asks);
  return [line([` ${word.slice(widthOf("· "))}`, look], ["   c takes it back", "faint"])];
}
