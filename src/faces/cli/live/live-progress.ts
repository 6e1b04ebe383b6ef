import type { Clock } from "../../../base/clock.ts";
import { inert } from "../../../base/text.ts";
import type { RunView } from "../../../protocol/view.ts";
import { narrate } from "../../words/narrate.ts";
import { nearText } from "../near.ts";
import type { Telling } from "../../words/telling.ts";
import type { Paint } from "../paint.ts";
import { renderLine } from "../pieces.ts";
import type { Progress } from "../progress.ts";
import { clip, pad, widthOf, wrap } from "../../words/width.ts";
import type { Output } from "../world.ts";
import { frame } from "./frame.ts";
import { screen } from "./screen.ts";

/** Least milliseconds between two frames: ten a second are smooth, and cheap over a slow line. */
const frameGap = 100;
/** The clocks in the block go on although nothing happens. */
const tick = 1000;
/** The daemon's words take at most so many lines of the history; the summary has the last of them in full. */
const mostLines = 8;

/** Progress as a block that is drawn again in place, on a terminal. */
export function liveProgress(out: Output, paint: Paint, clock: Clock): Progress {
  const display = screen(out);
  let view: RunView | undefined;
  let above: string[] = [];
  /** What the daemon said, when that is the last thing in the history and all of it. */
  let shownChat: string | undefined;
  let held = false;
  let closed = false;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let next: { at: number; timer: Disposable } | undefined;

  const drawBy = (at: number): void => {
    if (closed || held || (next !== undefined && next.at <= at)) return;
    next?.timer[Symbol.dispose]();
    next = { at, timer: clock.after(Math.max(0, at - clock.monotonic()), draw) };
  };
  const drawSoon = (): void => drawBy(drawnAt + frameGap);

  const draw = (): void => {
    next = undefined;
    // A terminal that is behind gets the newest frame when it has caught up, not every frame on the way.
    if (out.writableNeedDrain) return;
    drawnAt = clock.monotonic();
    const size = { columns: columns(), rows: out.rows || 24 };
    const block = view === undefined ? [] : frame({ view, now: clock.now(), paint, ...size });
    display.draw(block, above.splice(0));
    if (view !== undefined && view.closedAt === null) drawBy(drawnAt + tick);
  };

  const columns = (): number => out.columns || 80;
  out.on("resize", drawSoon);
  out.on("drain", drawSoon);

  return {
    tell(event, now) {
      view = now;
      const telling = narrate(event);
      if (telling?.lasting === true && event.type !== "run.waiting") {
        const lines = historyLines({ ...telling, text: nearText(telling, now) }, columns() - 1, paint);
        above.push(...lines);
        shownChat = event.type === "daemon.chat" && lines.length < mostLines ? event.body.text : undefined;
      }
      drawSoon();
    },
    note(text) {
      above.push(...wrap(inert(text), Math.max(1, columns() - 1)));
      if (closed) display.clear(above.splice(0));
      else drawSoon();
    },
    hold(title, question) {
      held = true;
      const lines = shownChat === question ? [] : wrap(inert(question), Math.max(1, columns() - 1));
      above.push(paint("alarm", clip(` ${title} `, columns() - 1)), ...lines);
      next?.timer[Symbol.dispose]();
      next = undefined;
      display.clear(above.splice(0));
    },
    release() {
      held = false;
      drawSoon();
    },
    get lastWords() {
      return shownChat;
    },
    close() {
      closed = true;
      next?.timer[Symbol.dispose]();
      out.off("resize", drawSoon);
      out.off("drain", drawSoon);
      display.clear(above.splice(0));
    },
  };
}

function historyLines(telling: Telling, columns: number, paint: Paint): string[] {
  const lead = `${pad(telling.who, 11)}  ${pad(telling.word, 9)} `;
  const spoken = telling.who === "daemon" || telling.who === "run" || telling.who === "you";
  const text = inert(telling.text.slice(0, columns * mostLines * 8));
  // What is said to the netrunner is shown in full sentences; about constructs one line must do.
  const indent = spoken && columns - widthOf(lead) >= 30 ? widthOf(lead) : 2;
  const lines = spoken
    ? wrap(text.replace(/\t/g, " ").trim(), Math.max(1, columns - indent))
    : [text.replace(/\s+/g, " ")];
  const shown = lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), "…"];
  const below = indent === 2 && spoken;
  const first = [{ text: lead, style: telling.style }, { text: below ? "" : (shown[0] ?? "") }];
  const rest = (below ? shown : shown.slice(1)).map((line) => [{ text: `${" ".repeat(indent)}${line}` }]);
  return [first, ...rest].map((line) => renderLine(line, columns, paint));
}
