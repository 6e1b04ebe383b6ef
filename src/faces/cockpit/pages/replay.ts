import { oneLine } from "../../../base/text.ts";
import { promptDialog } from "../dialogs/prompt.ts";
import { pad, widthOf } from "../../words/width.ts";
import { blank, filling, line, moved, type Drawing, type Line } from "../draw/block.ts";
import { listActions } from "../draw/listing.ts";
import type { Look } from "../draw/look.ts";
import { tame } from "../draw/tame.ts";
import { idsOf as fleetIds } from "../fleet/fleet-state.ts";
import type { Action, At, Page, Seen } from "../page.ts";
import { barLine, eventLines, lastLine } from "../replay/bar.ts";
import { speedBeside, speedWord } from "../replay/pace.ts";
import { readPlace } from "../replay/place.ts";
import {
  fleetSeen,
  innerSize,
  newReplayState,
  placeOf,
  readBack,
  readReel,
  rowsAbove,
  rowsBelow,
  turned,
  type ReplayState,
} from "../replay/replay-state.ts";
import { fleetPage } from "./fleet.ts";

/** A run as it went on, out of the record: nothing is started or changed. */
export const replayPage: Page<ReplayState> = {
  name: "replay",
  title: "Replay",
  begin({ run }, model, before) {
    const wanted = run ?? before?.reel?.run ?? model.current ?? undefined;
    if (before === undefined || before.reel?.run !== wanted) return newReplayState(wanted);
    // While it was not to be seen it has not gone on.
    const position = { ...before.position, since: null };
    const { reel } = before;
    // The run has: it is read again.
    if (reel?.isWhole === true && (model.runs.get(reel.run)?.lastSeq ?? 0) > (reel.seqs.at(-1) ?? 0))
      return { ...newReplayState(wanted), position, view: before.view };
    return { ...before, position };
  },
  entered: (at) => void readReel(at),
  draw(seen) {
    const { state, size, model } = seen;
    const { reel, shown } = state;
    if (reel === null || reel.ats.length === 0) return filling(emptyLines(state), size.columns, size.rows);
    const place = placeOf(state, model.now);
    const isThere = turned(state, reel, place.count);
    shown.model.now = place.at;
    const inner = innerSize(size);
    const body =
      state.view === "events"
        ? filling(eventLines(reel, place.count, inner), inner.columns, inner.rows)
        : fleetIds(fleetSeen(seen)).length === 0
          ? filling([blank, line([noFleetText(place.count), "faint"])], inner.columns, inner.rows)
          : quiet(fleetPage.draw(fleetSeen(seen)));
    const foot = [
      isThere ? blank : line([" These events are being read again…", "warning"]),
      barLine(reel, state.position, place, size.columns),
      lastLine(reel, place),
    ];
    return {
      parts: [
        { x: 0, y: 0, width: size.columns, height: rowsAbove, lines: [headLine(state, size.columns)] },
        ...moved(body, 0, rowsAbove).parts,
        { x: 0, y: size.rows - rowsBelow, width: size.columns, height: rowsBelow, lines: foot },
      ],
    };
  },
  // Its constructs are not to be acted upon: they are of the past.
  focus: ({ state }) => ({ run: state.reel?.run }),
  actions: [
    {
      id: "replay.play",
      title: "play or stop",
      keys: ["space", "enter"],
      can: canPlay,
      run: (at) => {
        const { state, model } = at;
        if (state.position.since !== null) return stoodAt(at, placeOf(state, model.now).count);
        const isAtEnd = state.reel?.isWhole === true && state.position.count >= state.reel.ats.length;
        const count = isAtEnd ? 0 : state.position.count;
        return { ...state, position: { ...state.position, count, since: model.now } };
      },
    },
    faster("replay.faster", "faster", ["+", "="], 1),
    faster("replay.slower", "slower", ["-"], -1),
    going("replay.event_back", "one event back", ["["], (count) => count - 1),
    going("replay.event_on", "one event on", ["]"], (count) => count + 1),
    going("replay.far_back", "a twentieth back", ["pageUp"], (count, all) => count - Math.ceil(all / 20)),
    going("replay.far_on", "a twentieth on", ["pageDown"], (count, all) => count + Math.ceil(all / 20)),
    going("replay.start", "to its beginning", ["home"], () => 0),
    going("replay.end", "to its end", ["end"], (_count, all) => all),
    { id: "replay.jump", title: "jump to a time or an event", keys: ["j"], can: canPlay, run: (at) => jumpPrompt(at) },
    {
      id: "replay.view",
      title: "fleet or events",
      keys: ["tab"],
      can: canPlay,
      run: ({ state }) => ({ ...state, view: state.view === "fleet" ? "events" : "fleet" }),
    },
    {
      id: "replay.run",
      title: "choose another run",
      keys: ["r"],
      run: ({ hands, state }) => hands.show("runs", state.reel === null ? {} : { run: state.reel.run }),
    },
    ...listActions<ReplayState>("replay", {
      ids: (seen) => (seen.state.view === "fleet" ? fleetIds(fleetSeen(seen)) : []),
      get: ({ fleet }) => fleet.listing,
      set: (state, listing) => ({ ...state, fleet: { ...state.fleet, listing } }),
    }).filter(({ keys }) => keys.some((key) => ["w", "s"].includes(key))),
  ],
  clicked: (target, { state }) => ({ ...state, fleet: { ...state.fleet, listing: { cursor: target, place: 0 } } }),
  moves: ({ state }) => state.position.since !== null,
  moved(at) {
    const { state, model } = at;
    const { reel, position } = state;
    if (reel === null || position.since === null) return state;
    const place = placeOf(state, model.now);
    void readBack(at, place.count);
    const isAtEnd = place.count >= reel.ats.length;
    // What has not been read yet is not waited for in the replay's own time.
    const since = isAtEnd ? (reel.isWhole ? null : model.now) : model.now - place.left;
    return { ...state, position: { ...position, count: place.count, since } };
  },
};

function canPlay({ state }: Seen<ReplayState>): boolean {
  return state.reel !== null && state.reel.ats.length > 0;
}

/** It stands after so many events. */
function stoodAt(at: At<ReplayState>, wanted: number): ReplayState {
  const { state } = at;
  const count = Math.max(0, Math.min(state.reel?.ats.length ?? 0, wanted));
  void readBack(at, count);
  return { ...state, position: { ...state.position, count, since: null } };
}

function going(
  id: string,
  title: string,
  keys: string[],
  to: (count: number, all: number) => number,
): Action<ReplayState> {
  return {
    id,
    title,
    keys,
    can: canPlay,
    run: (at) => stoodAt(at, to(placeOf(at.state, at.model.now).count, at.state.reel?.ats.length ?? 0)),
  };
}

function faster(id: string, title: string, keys: string[], by: 1 | -1): Action<ReplayState> {
  return {
    id,
    title,
    keys,
    can: canPlay,
    run: ({ state, model, hands }) => {
      const { position } = state;
      const speed = speedBeside(position.speed, by);
      hands.say(`replay: ${speedWord(speed)}`);
      // What was played until now was played at the speed of before.
      const since = position.since === null ? null : model.now;
      return { ...state, position: { count: placeOf(state, model.now).count, since, speed } };
    },
  };
}

function jumpPrompt(at: At<ReplayState>): void {
  const { hands, update } = at;
  hands.open(
    promptDialog(
      {
        kind: "replay",
        title: "Jump to",
        words: ["The number of an event (1234), a time into the run (90s, 12:30), or a moment (2026-01-02T03:04)."],
        verb: "goes there",
        submit: (text) => {
          update((state) => {
            const count = state.reel === null ? undefined : readPlace(text, state.reel);
            if (count !== undefined) return stoodAt({ ...at, state }, count);
            hands.say(`"${oneLine(text, 40)}" is no place: write such as 1234, 90s or 12:30`, "warning");
            return state;
          });
        },
      },
      hands,
    ),
  );
}

function headLine({ reel, shown, view }: ReplayState, columns: number): Line {
  const goal = shown.model.runs.get(reel?.run ?? "")?.goal ?? "";
  const head = ` REPLAY ${reel?.run ?? ""}  `;
  const [one, other] = view === "fleet" ? ["fleet", "events"] : ["events", "fleet"];
  const tail = `  ${one} · Tab ${other} `;
  const room = Math.max(0, columns - widthOf(head) - widthOf(tail));
  return line(
    [" REPLAY ", "title"],
    [`${reel?.run ?? ""}  `, "key"],
    pad(tame(oneLine(goal.slice(0, 800), 240)), room),
    [tail, "faint"],
  );
}

const noFleetText = (count: number): string =>
  count === 0 ? "  It has not begun yet: Space plays it." : "  No construct yet. Tab shows the events.";

function emptyLines({ reel, problem, isLoading }: ReplayState): Line[] {
  if (reel === null)
    return [
      blank,
      line(["  No run is chosen.", "strong"]),
      blank,
      line(["  r  ", "key"], "shows the runs; r on one of them replays it"),
    ];
  if (problem !== "") return [blank, line([`  ${reel.run} cannot be read: ${problem}`, "warning"])];
  return [
    blank,
    line([isLoading ? "  The record is being read…" : "  There is nothing on record of this run.", "faint"]),
  ];
}

/** The past does not ask for anything: what it looked like then must not be taken for now. */
function quiet(drawing: Drawing): Drawing {
  const calm = (look: Look | undefined): Look | undefined =>
    look === "act" ? "warning" : look === "border_act" ? "border" : look;
  return {
    parts: drawing.parts.map((part) => ({
      ...part,
      lines: part.lines.map((one) => ({
        ...one,
        spans: one.spans.map(({ text, look }) => {
          const own = calm(look);
          return own === undefined ? { text } : { text, look: own };
        }),
      })),
    })),
  };
}
