import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import type { Replies } from "../../../host/port.ts";
import { isEnded, type RunView } from "../../../protocol/view.ts";
import { dial } from "../../words/amounts.ts";
import { wrap } from "../../words/width.ts";
import { blank, line, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { isOpen, type DeckModel } from "../model/deck-model.ts";
import type { Dialog, Hands } from "../page.ts";
import { centred } from "./centred.ts";
import { survivorLines } from "./survivors.ts";

export type EjectState =
  | { phase: "asks" }
  | { phase: "works"; since: number }
  | { phase: "done"; runs: Replies["eject"]["runs"] }
  | { phase: "failed"; problem: string };

/**
 * The one gesture that stops everything. It waits for as long as the netrunner does, lies over whatever else is open, shows what is done,
 * and ends with the proof.
 */
export function ejectDialog(): Dialog<EjectState> {
  return {
    name: "eject",
    begin: { phase: "asks" },
    draw({ model, state, size }) {
      const width = Math.min(88, size.columns - 2);
      const lines = linesOf(model, state, width - 4, size.rows - 7);
      const at = centred(size, width, lines.length + 4);
      const spaced = lines.map((one): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] }));
      return {
        parts: [boxed([blank, ...spaced], at, { title: "EJECT", foot: footOf(state), border: "bad" })],
      };
    },
    input(input, { model, state, hands, update }) {
      // Nothing beneath is touched by accident while this is open.
      if (input.type !== "key") return { state };
      const isGo = input.key === "enter" || input.key === "ctrl+f";
      if (isGo && (state.phase === "asks" || state.phase === "failed")) {
        void eject(hands, update);
        return { state: { phase: "works", since: model.now } };
      }
      const snapshots = snapshotsOf(state);
      if (input.key === "y" && snapshots.length > 0) {
        hands.copy(snapshots.join("\n"), "where the snapshot is");
        return { state };
      }
      const isEnd = input.key === "escape" || (isGo && state.phase === "done");
      if (isEnd) return "close";
      return input.key.startsWith("ctrl+") && input.key !== "ctrl+f" ? "pass" : { state };
    },
    closed(state, hands) {
      if (state.phase === "works") hands.say("everything is being stopped; Ctrl+F shows how far it is", "warning");
    },
  };
}

async function eject(hands: Hands, update: (change: (state: EjectState) => EjectState) => void): Promise<void> {
  const answered = await hands.ask({ type: "eject", reason: "" });
  // A deck that has nothing to stop refuses; to who wants everything stopped, that is the proof.
  if ("problem" in answered && answered.code === "run.none") {
    hands.say("no run was open: there was nothing to stop", "good");
    update(() => ({ phase: "done", runs: [] }));
    return;
  }
  if ("problem" in answered) {
    hands.say(`not ejected: ${answered.problem}`, "bad");
    update(() => ({ phase: "failed", problem: answered.problem }));
    return;
  }
  const { runs } = answered.reply;
  const isProven = runs.every(({ proven }) => proven);
  hands.say(isProven ? "ejected: nothing is left" : "EJECTED, BUT NOT PROVEN", isProven ? "good" : "bad");
  update(() => ({ phase: "done", runs }));
}

const snapshotsOf = (state: EjectState): string[] =>
  state.phase === "done" ? state.runs.flatMap(({ snapshot }) => snapshot ?? []) : [];

function footOf(state: EjectState): string {
  if (state.phase === "asks") return "Ctrl+F or Enter ejects · Esc leaves everything as it is";
  if (state.phase === "works") return "Esc closes this; it goes on";
  if (state.phase === "failed") return "Ctrl+F or Enter tries again · Esc closes";
  return snapshotsOf(state).length > 0 ? "y copies where the snapshot is · Esc closes" : "Esc closes";
}

function linesOf(model: DeckModel, state: EjectState, columns: number, rows: number): Line[] {
  const open = [...model.runs.values()].filter(isOpen);
  switch (state.phase) {
    case "asks":
      return [
        line([` ${whatStops(open)} `, "danger"]),
        blank,
        ...runLines(open, columns, rows - 8),
        ...(open.length === 0 ? [] : [blank]),
        line("1  no construct starts, and no call gets through any more"),
        line("2  everything that they started is killed"),
        line("3  the deck looks until it is proven that nothing is left"),
        line("4  a snapshot is kept; each run can be opened again"),
      ];
    case "works": {
      const alive = open.reduce((sum, view) => sum + atWorkIn(view), 0);
      return [
        line([" STOPPING EVERYTHING ", "danger"], `  ${dial(model.now - state.since)}`),
        blank,
        line(
          alive === 0
            ? "no construct is at work any more; the proof is made"
            : `${count(alive, "construct")} still at work`,
        ),
      ];
    }
    case "failed":
      return [
        line([" NOT EJECTED ", "danger"]),
        blank,
        ...wrap(state.problem, columns).map((one) => line([one, "bad"])),
        blank,
        line(["From a shell: cyberdeck eject, or cyberdeck host stop", "faint"]),
      ];
    case "done":
      return state.runs.length === 0
        ? [line("No run was open: there was nothing to stop.")]
        : state.runs.flatMap((done) => doneLines(done, columns)).slice(0, -1);
    default:
      return state satisfies never;
  }
}

function whatStops(open: readonly RunView[]): string {
  if (open.length === 0) return "NO RUN IS OPEN HERE: STOPS WHATEVER THE DECK STILL HAS";
  const atWork = open.reduce((sum, view) => sum + atWorkIn(view), 0);
  const queued = open.reduce((sum, view) => sum + waitingIn(view), 0);
  return `STOPS EVERYTHING NOW: ${count(atWork, "construct")} at work, ${queued} queued, in ${count(open.length, "run")}`;
}

/** The runs with what is at work in them; those that find no room are counted. */
function runLines(open: readonly RunView[], columns: number, rows: number): Line[] {
  const room = Math.max(1, rows);
  const shown = open.length > room ? open.slice(0, room - 1) : open;
  const lines = shown.map((view) =>
    line([view.run.slice(-4), "key"], `  ${count(atWorkIn(view), "construct")} at work  `, [
      oneLine(view.kind === "goal" ? view.goal : "tasks without a goal", columns),
      "faint",
    ]),
  );
  return shown.length < open.length ? [...lines, line([`and ${open.length - shown.length} more`, "faint"])] : lines;
}

function doneLines(done: Replies["eject"]["runs"][number], columns: number): Line[] {
  const { run, proven, survivors, problems, snapshot, looks, marks, at_work, queued, steps } = done;
  const took = steps.reduce((sum, { ms }) => sum + ms, 0);
  const word = proven ? "✓ nothing is left" : "✗ NOT PROVEN";
  return [
    line([run, "strong"], `  ${at_work} stopped, ${queued} off the queue, in ${took} ms`),
    line(
      [word, proven ? "good" : "bad"],
      proven ? `  ${count(looks.length, "look")} for ${count(marks, "mark")} found no process` : "",
    ),
    ...survivorLines(survivors, columns),
    ...problems.flatMap((problem) =>
      wrap(oneLine(problem, 400), columns - 2).map((one) => line([`  ${one}`, "warning"])),
    ),
    ...(snapshot === null
      ? [line(["the snapshot could not be written; the record has what there is", "warning"])]
      : [line("snapshot:"), ...wrap(snapshot, columns - 2).map((one) => line([`  ${one}`, "key"]))]),
    line([`to go on: Esc and r, or cyberdeck run --resume ${run}`, "faint"]),
    blank,
  ];
}

const isWaiting = (state: string): boolean => state === "queued" || state === "suspended";
const waitingIn = (view: RunView): number =>
  Object.values(view.constructs).filter(({ state }) => isWaiting(state)).length;
const atWorkIn = (view: RunView): number =>
  Object.values(view.constructs).filter((one) => !isEnded(one) && !isWaiting(one.state)).length;
