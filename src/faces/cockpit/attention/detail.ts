import { count } from "../../../base/units.ts";
import { inert } from "../../../base/text.ts";
import { showAmount, type ReachedBound } from "../../../protocol/bound.ts";
import type { Hold } from "../../../protocol/hold.ts";
import { spell } from "../../words/amounts.ts";
import { diffSaysAll } from "../../words/held.ts";
import { constructWord } from "../../words/state-word.ts";
import { chopped, wrap } from "../../words/width.ts";
import { bar } from "../draw/bar.ts";
import { blank, line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import { findConstruct } from "../model/constructs.ts";
import type { DeckModel } from "../model/deck-model.ts";
import type { Need } from "../model/need.ts";
import { toYou } from "../../words/to-you.ts";

/** All that there is to know about something that waits. */
export interface Detail {
  lines: readonly Line[];
  /** So many of them, from the first, have to be seen before the answer can be yes. */
  toSee: number;
}

/** The columns of the words at the left. */
const margin = 10;

/** Tells the details of a need in so many columns; of a held call, which may be long, they are made once. */
export type Detailing = (need: Need, model: DeckModel, columns: number) => Detail;

export function newDetailing(): Detailing {
  let last: { hold: Hold; room: number; detail: Detail } | null = null;
  return (need, model, columns) => {
    const room = Math.max(10, columns - margin - 2);
    if (need.kind !== "hold") return detailOf(need, model, room);
    if (last?.hold !== need.hold || last.room !== room)
      last = { hold: need.hold, room, detail: holdDetail(need.hold, room) };
    return last.detail;
  };
}

/** Everything about a need, wrapped; nothing of a command or of a change is left out. */
function detailOf(need: Exclude<Need, { kind: "hold" }>, model: DeckModel, room: number): Detail {
  switch (need.kind) {
    case "attention": {
      const { item } = need;
      const account = need.reason === "account" ? (model.runs.get(need.run)?.account ?? null) : null;
      return whole([
        ...part("WHAT", wrapped(item.text, room)),
        ...part("NEXT", wrapped(item.next, room, "strong")),
        ...(item.bound === undefined ? [] : part("BOUND", boundLines(item.bound, room))),
        ...(account === null
          ? []
          : part("TRIES", [
              line(
                account.retry_at === null
                  ? "nothing is tried until you say so"
                  : `the next in ${spell(account.retry_at - model.now)}; in vain so far: ${account.tries}`,
              ),
            ])),
        ...(account === null || account.evidence.length === 0
          ? []
          : part(
              "MET BY",
              account.evidence.flatMap((one) => wrapped(one, room, "faint")),
            )),
        ...constructPart(need, model, room),
      ]);
    }
    case "daemon": {
      const chat = model.runs.get(need.run)?.daemon.lastChat ?? "";
      return whole([
        ...part("ASKS", wrapped(need.text, room, "strong")),
        ...(chat === "" || chat === need.text ? [] : part("IT SAID", wrapped(chat, room))),
        ...part("GOAL", wrapped(model.runs.get(need.run)?.goal ?? "", room, "faint")),
      ]);
    }
    case "task":
      return whole([...part("TASK", wrapped(need.task, room)), ...part("WHY", wrapped(need.why, room, "warning"))]);
    default:
      return need satisfies never;
  }
}

function holdDetail(hold: Hold, room: number): Detail {
  const acts: Line[] = [
    ...part("WHY", wrapped(`${toYou(hold.reason)} (${hold.rule})`, room, "warning")),
    ...part(
      "IT WOULD",
      hold.targets.flatMap((target) => wrapped(target, room)),
    ),
    ...(diffSaysAll(hold) ? [] : part(hold.tool.toUpperCase().slice(0, margin - 1), exactly(hold.input, room))),
    ...(hold.diff === null ? [] : part("CHANGE", diffLines(hold.diff, room))),
  ];
  const rest = [
    ...part("X ALLOWS", wrapped(`${hold.pattern}  – for this construct, from now on`, room)),
    ...part("TASK", wrapped(hold.task, room, "faint")),
  ];
  // The blank line behind what acts need not be seen.
  return { lines: [...acts, ...rest].slice(0, -1), toSee: Math.max(0, acts.length - 1) };
}

/** Without the blank line at the end. */
const whole = (lines: readonly Line[]): Detail => ({ lines: lines.slice(0, -1), toSee: 0 });

/** Lines with a word before the first, and a blank one behind the last. */
function part(word: string, lines: readonly Line[]): Line[] {
  if (lines.length === 0) return [];
  return [
    ...lines.map((one, index): Line => ({
      ...one,
      spans: [{ text: (index === 0 ? word : "").padEnd(margin), look: "key" }, ...one.spans],
    })),
    blank,
  ];
}

const wrapped = (text: string, room: number, look: Look = "plain"): Line[] =>
  wrap(inert(text).trimEnd().replaceAll("\t", "  "), room).map((one) => line([one, look]));

/** A command or an input to the letter: broken at the edge, and with a word about what a terminal would have acted on. */
function exactly(text: string, room: number): Line[] {
  const shown = inert(text);
  const lines = chopped(shown.replaceAll("\t", "    "), room).map((one) => line([one, "strong"]));
  const hidden = text.length - shown.length;
  const word = `${count(hidden, "character")} of it that a terminal would act on ${hidden === 1 ? "is" : "are"} not shown`;
  return hidden === 0 ? lines : [...lines, line([word, "bad"])];
}

/** A unified diff: what is added and removed by sign and by look. */
const diffLines = (diff: string, room: number): Line[] =>
  inert(diff)
    .trimEnd()
    .split("\n")
    .flatMap((one) => {
      const look = diffLook(one);
      return chopped(one.replaceAll("\t", "    "), room).map((piece) => line([piece, look]));
    });

function diffLook(text: string): Look {
  if (text.startsWith("+++") || text.startsWith("---")) return "faint";
  if (text.startsWith("+")) return "added";
  if (text.startsWith("-")) return "removed";
  return text.startsWith("@@") ? "hunk" : "plain";
}

function boundLines({ which, used, limit }: ReachedBound, room: number): Line[] {
  const counts = !which.endsWith("_usd") && !which.endsWith("_ms");
  return [
    line(
      ...bar(limit === 0 ? 1 : used / limit, Math.min(30, room - 30), "warning"),
      ` ${counts ? Math.round(used) : showAmount(which, used)} of ${showAmount(which, limit)}`,
    ),
  ];
}

/** What the construct of a need is at. */
function constructPart({ construct: id }: Need, model: DeckModel, room: number): Line[] {
  const found = findConstruct(model, id ?? undefined);
  if (found === undefined) return [];
  const { construct } = found;
  const { word } = constructWord(construct.state);
  return [
    ...part("IT IS", wrapped(`${word}: ${construct.activity}`, room)),
    ...part("TASK", wrapped(construct.task, room, "faint")),
  ];
}
