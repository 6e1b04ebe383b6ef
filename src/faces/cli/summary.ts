import { count } from "../../base/units.ts";
import { inert, oneLine } from "../../base/text.ts";
import type { RunView } from "../../protocol/view.ts";
import { costOf } from "../../protocol/view.ts";
import { byteCount, money, spell } from "../words/amounts.ts";
import { constructTable } from "./construct-table.ts";
import type { Paint } from "./paint.ts";
import type { Piece } from "./pieces.ts";
import { renderLine } from "./pieces.ts";
import { reportPath } from "./report-path.ts";
import { runWord } from "../words/state-word.ts";
import { wrap } from "../words/width.ts";

const mostFiles = 40;

/**
 * What stdout says at the end of a run: the daemon's last words, how it went, who did it, what is there now. Paths are
 * never cut, so that they can be copied.
 */
export function summary(view: RunView, lastWords: string, columns: number | undefined, paint: Paint): string {
  const constructs = Object.values(view.constructs);
  const words = paragraph(lastWords, columns);
  const lines = [
    ...words,
    ...(words.length > 0 ? [""] : []),
    renderLine(headline(view), columns ?? Number.MAX_SAFE_INTEGER, paint),
    // What the daemon said last has been told already, here or in the progress.
    ...(view.reason === view.daemon.lastChat ? [] : paragraph(oneLine(view.reason, 600), columns)),
    ...constructTable(constructs, columns, paint),
    ...fileLines(view),
    ...(view.refused.length > 0 ? [`${count(view.refused.length, "task")} not started: see the report`] : []),
    `report: ${oneLine(reportPath(view), 4096)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function paragraph(words: string, columns: number | undefined): string[] {
  const text = inert(words).replaceAll("\t", "    ").trim();
  if (text === "") return [];
  return columns === undefined ? text.split("\n") : wrap(text, columns);
}

function headline(view: RunView): Piece[] {
  const state = runWord(view.status);
  const facts = [
    spell(view.durationMs),
    view.settings.offline ? `${money(costOf(view))} (nothing was charged)` : money(costOf(view)),
    count(Object.keys(view.constructs).length, "construct"),
  ];
  return [
    { text: `${state.glyph} ${state.word}`, style: state.style },
    ...(view.settings.offline
      ? [{ text: " · " }, { text: "OFFLINE (scripted offline model)", style: "warning" as const }]
      : []),
    { text: ` · ${facts.join(" · ")}` },
  ];
}

function fileLines(view: RunView): string[] {
  const files = Object.values(view.constructs).flatMap((construct) => construct.outcome?.files ?? []);
  // Two constructs can write one file: what counts is how it was left.
  const latest = [...new Map(files.map((file) => [file.path, file])).values()];
  if (latest.length === 0) return [];
  const shown = latest.slice(0, mostFiles).map((file) => `  ${oneLine(file.path, 4096)} (${byteCount(file.size)})`);
  const more = latest.length - shown.length;
  return ["files:", ...shown, ...(more > 0 ? [`  and ${more} more: see the report`] : [])];
}
