import { eventLine } from "../../../protocol/event-line.ts";
import { oneLine } from "../../../base/text.ts";
import { dial } from "../../words/amounts.ts";
import { narrate } from "../../words/narrate.ts";
import { clip, widthOf } from "../../words/width.ts";
import { line, type Line } from "../draw/block.ts";
import { speedWord, type Position } from "./pace.ts";
import { eventAt, type Reel } from "./reel.ts";

/** Where a replay is: the way that it has gone, its clock, the number of its event. */
export function barLine(
  reel: Reel,
  { since, speed }: Position,
  place: { count: number; at: number },
  width: number,
): Line {
  const [opened = 0] = reel.ats;
  const all = reel.ats.length;
  const head = ` ${since === null ? "‖" : "▶"} ${speedWord(speed).padEnd(9)} ${dial(place.at - opened)} `;
  const tail = ` ${dial((reel.ats.at(-1) ?? opened) - opened)} · ${place.count} of ${all}${reel.isWhole ? "" : " …"} `;
  const room = Math.max(4, width - widthOf(head) - widthOf(tail));
  const done = all === 0 ? 0 : Math.min(room - 1, Math.floor((place.count / all) * room));
  return line(
    [head, "key"],
    ["━".repeat(done), "busy"],
    ["●", "strong"],
    ["─".repeat(room - done - 1), "border"],
    [tail, "faint"],
  );
}

/** When it was, by the clock of this machine, and what happened last. */
export function lastLine(reel: Reel, { count, at }: { count: number; at: number }): Line {
  const event = count === 0 ? undefined : eventAt(reel, count - 1);
  const time = new Date(at).toTimeString().slice(0, 8);
  if (event === undefined) return line([` ${count === 0 ? "before its first event" : time}`, "faint"]);
  const told = narrate(event);
  const words =
    told === undefined
      ? event.type
      : `${told.who} ${told.word}${told.text === "" ? "" : `: ${oneLine(told.text.slice(0, 1200), 300)}`}`;
  return line([` ${time} [${event.seq}] `, "faint"], oneLine(words, 400));
}

/** The events up to here, one line each, the latest at the bottom. */
export function eventLines(reel: Reel, count: number, { columns, rows }: { columns: number; rows: number }): Line[] {
  const [opened = 0] = reel.ats;
  const lines: Line[] = [];
  for (let at = Math.max(0, count - rows); at < count; at += 1) {
    const event = eventAt(reel, at);
    if (event === undefined) continue;
    const text = ` ${clip(eventLine(event, opened, columns * 4), columns - 2)}`;
    lines.push(at === count - 1 ? line([text, "strong"]) : line(text));
  }
  return lines;
}
