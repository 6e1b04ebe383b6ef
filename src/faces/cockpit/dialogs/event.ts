import { inert } from "../../../base/text.ts";
import type { Replies } from "../../../host/port.ts";
import { elapsed, eventLine } from "../../../protocol/event-line.ts";
import { flatEvent } from "../../../protocol/event.ts";
import { moment } from "../../words/amounts.ts";
import { pad, wrap } from "../../words/width.ts";
import { blank, line, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import type { Dialog, Hands } from "../page.ts";
import type { Size } from "../screen/size.ts";
import { centred, tallest } from "./centred.ts";

type Shown = Replies["event.show"];

interface EventState {
  seq: number;
  shown: Shown | null;
  /** Why it cannot be shown. */
  problem: string;
  top: number;
}

/** The most characters of one field that are shown; all of it goes into the clipboard. */
const mostOfField = 8000;

/** An event of the record in full, between its neighbours in a line each; w s scroll, [ ] go to the neighbours. */
export function eventDialog(run: string, seq: number, since: number): Dialog<EventState> {
  const look = async (
    at: { hands: Hands; update: (change: (state: EventState) => EventState) => void },
    to: number,
  ) => {
    const answer = await at.hands.ask({ type: "event.show", run, seq: to });
    at.update((state) => {
      if (!("reply" in answer)) return { ...state, problem: answer.problem };
      return { seq: to, shown: answer.reply, problem: "", top: 0 };
    });
  };
  return {
    name: "event",
    begin: { seq, shown: null, problem: "", top: 0 },
    opened: (at) => void look(at, seq),
    draw({ state, size }) {
      const lines = linesIn(state, since, widthIn(size) - 4);
      const at = centred(size, widthIn(size), Math.min(Math.max(leastRows, lines.length + 2), tallest(size)));
      const rows = at.height - 2;
      const top = Math.max(0, Math.min(state.top, lines.length - rows));
      const { shown } = state;
      const title = shown === null ? `[${state.seq}]` : `[${state.seq}] ${shown.event.type}`;
      const note = lines.length > rows ? `${top + 1}–${Math.min(lines.length, top + rows)} of ${lines.length}` : run;
      const foot = "w s scroll · [ ] before and after · y copies it as JSON · Esc closes";
      return { parts: [boxed(lines.slice(top), at, { title, note, foot, border: "border_focused" })] };
    },
    input(input, { state, size, hands, update }) {
      const to = (top: number): { state: EventState } => ({
        state: { ...state, top: Math.max(0, Math.min(mostTop(state, since, size), top)) },
      });
      if (input.type === "mouse") return input.kind === "wheel" ? to(state.top + input.wheel) : { state };
      if (input.type !== "key") return { state };
      const by = steps[input.key];
      if (by !== undefined) return to(state.top + (Math.abs(by) > 1 ? Math.sign(by) * (tallest(size) - 4) : by));
      const { shown } = state;
      const next =
        input.key === "[" || input.key === "left"
          ? shown?.before.at(-1)
          : input.key === "]" || input.key === "right"
            ? shown?.after[0]
            : undefined;
      if (next !== undefined) void look({ hands, update }, next.seq);
      if (input.key === "y" || input.key === "Y") {
        if (shown !== null) hands.copy(JSON.stringify(flatEvent(shown.event), null, 2), `event ${state.seq}`);
        return { state };
      }
      return ["escape", "enter", "q", "space"].includes(input.key)
        ? "close"
        : ["[", "]", "left", "right"].includes(input.key)
          ? { state }
          : "pass";
    },
  };
}

const widthIn = ({ columns }: Size): number => Math.min(110, columns - 2);

/** So that the box hardly changes from one event to the next. */
const leastRows = 14;

/** By a row, or, beyond one, by a page. */
const steps: Record<string, number> = { w: -1, up: -1, s: 1, down: 1, pageUp: -2, pageDown: 2 };

const mostTop = (state: EventState, since: number, size: Size): number =>
  Math.max(0, linesIn(state, since, widthIn(size) - 4).length - (tallest(size) - 2));

function linesIn({ shown, problem }: EventState, since: number, width: number): Line[] {
  if (problem !== "") return wrap(problem, width).map((text) => line([` ${text}`, "bad"]));
  if (shown === null) return [line([" it is looked up", "faint"])];
  const { event, before, after } = shown;
  const neighbour = (one: Shown["event"]): Line => line([` ${eventLine(one, since, 400)}`, "faint"]);
  const when = `${moment(event.at)} · ${elapsed(event.at - since)} · ${event.source}`;
  const fields = Object.entries({ ...event.body }).flatMap(([name, value]) => fieldLines(name, value, width));
  return [
    ...before.slice(-3).map(neighbour),
    ...(before.length > 0 ? [blank] : []),
    line([` ${when}`, "strong"]),
    ...fields,
    ...(after.length > 0 ? [blank] : []),
    ...after.slice(0, 3).map(neighbour),
  ];
}

const nameColumns = 14;

function fieldLines(name: string, value: unknown, width: number): Line[] {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  const isCut = text.length > mostOfField;
  const rows = wrap(
    inert(isCut ? text.slice(0, mostOfField) : text).replaceAll("\t", "    "),
    Math.max(20, width - nameColumns - 1),
  );
  const lines = rows.map((row, index) => line([` ${pad(index === 0 ? name : "", nameColumns)}`, "key"], row));
  return isCut
    ? [
        ...lines,
        line([` ${" ".repeat(nameColumns)}… ${text.length - mostOfField} more characters: y copies all`, "faint"]),
      ]
    : lines;
}
