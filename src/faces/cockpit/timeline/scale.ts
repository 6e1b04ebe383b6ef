import { dial } from "../../words/amounts.ts";

/** Between two marks are so many columns at least. */
const leastApart = 12;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Times between two marks that people count in, milliseconds. */
const steps = [1, 2, 5, 10, 15, 30]
  .map((n) => n * second)
  .concat([1, 2, 5, 10, 15, 30].map((n) => n * minute))
  .concat([1, 2, 3, 6, 12, 24, 48, 96, 168].map((n) => n * hour));

/** Round times over so many columns, each where it is: "╷0:00         ╷0:30". */
export function scaleText({ from, to }: { from: number; to: number }, columns: number): string {
  const span = Math.max(1, to - from);
  const least = (span * leastApart) / columns;
  const step = steps.find((one) => one >= least) ?? Math.ceil(least / hour) * hour;
  let text = "";
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    const column = Math.floor(((at - from) / span) * columns);
    const mark = `╷${dial(at)}`;
    if (column + mark.length > columns) break;
    text = text.padEnd(column) + mark;
  }
  return text;
}
