import { count } from "../../../base/units.ts";
import { isAllGone, type HostStop } from "../../../protocol/host.ts";
import { isEnded } from "../../../protocol/view.ts";
import { dial } from "../../words/amounts.ts";
import { wrap } from "../../words/width.ts";
import { blank, line, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import { isOpen, type DeckModel } from "../model/deck-model.ts";
import type { Dialog, Hands } from "../page.ts";
import { centred } from "./centred.ts";
import { survivorLines } from "./survivors.ts";

export type QuitState =
  | { phase: "asks" }
  | { phase: "stops"; since: number }
  /** It could not be stopped, or not all of it is gone. */
  | { phase: "left over"; problem: string; survivors: HostStop["survivors"] };

/** Leaving while runs are open: with them going on, or with all of them stopped. */
export function quitDialog(): Dialog<QuitState> {
  return {
    name: "quit",
    begin: { phase: "asks" },
    draw({ model, state, size }) {
      const width = Math.min(72, size.columns - 2);
      const lines = linesOf(model, state, width - 4);
      const at = centred(size, width, lines.length + 4);
      const foot = state.phase === "stops" ? "Esc closes this; it goes on" : "Esc stays";
      const spaced = lines.map((one): Line => ({ ...one, spans: [{ text: " " }, ...one.spans] }));
      return { parts: [boxed([blank, ...spaced], at, { title: "Leave the cockpit", foot, border: "border_focused" })] };
    },
    input(input, { model, state, hands, update }) {
      if (input.type !== "key") return { state };
      if (input.key === "enter" || input.key === "ctrl+q") {
        hands.quit();
        return "close";
      }
      if (input.key === "escape") return "close";
      if (input.key !== "S" || state.phase === "stops") return input.key.startsWith("ctrl+") ? "pass" : { state };
      void stopAll(hands, update);
      return { state: { phase: "stops", since: model.now } };
    },
  };
}

async function stopAll(hands: Hands, update: (change: (state: QuitState) => QuitState) => void): Promise<void> {
  const answered = await hands.ask({ type: "host.stop" });
  if ("problem" in answered) update(() => ({ phase: "left over", problem: answered.problem, survivors: [] }));
  else if (isAllGone(answered.reply)) hands.quit();
  else {
    const { survivors, nodes } = answered.reply;
    const unproven = nodes.flatMap(({ node, proven }) => (proven ? [] : [node]));
    const where = unproven.length === 0 ? "" : ` on ${unproven.join(", ")}`;
    update(() => ({ phase: "left over", problem: `It is not proven that nothing is left${where}.`, survivors }));
  }
}

function linesOf(model: DeckModel, state: QuitState, columns: number): Line[] {
  const leave = (what: string): Line => line(["Enter  ", "key"], what);
  const stop = (what: string): Line => line(["S      ", "key"], what);
  if (state.phase === "stops")
    return [
      line(["stopping everything … ", "warning"], dial(model.now - state.since)),
      blank,
      leave("leave now; it is stopped all the same"),
    ];
  if (state.phase === "left over")
    return [
      ...wrap(state.problem, columns).map((one) => line([one, "bad"])),
      ...survivorLines(state.survivors, columns),
      blank,
      leave("leave all the same"),
      stop("try again to stop all runs and the host"),
    ];
  const open = [...model.runs.values()].filter(isOpen);
  const alive = open.flatMap((view) => Object.values(view.constructs)).filter((one) => !isEnded(one)).length;
  return [
    line([
      `${count(open.length, "run")} open, ${count(alive, "construct")} not at ${alive === 1 ? "its" : "their"} end.`,
      "strong",
    ]),
    blank,
    leave("leave; the fleet goes on, and the next cockpit finds it"),
    stop("stop all runs and the host, then leave"),
  ];
}
