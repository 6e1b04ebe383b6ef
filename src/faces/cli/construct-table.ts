import { oneLine } from "../../base/text.ts";
import type { ConstructView } from "../../protocol/view.ts";
import { money, spell } from "../words/amounts.ts";
import type { Paint } from "./paint.ts";
import type { Piece } from "./pieces.ts";
import { constructWord } from "../words/state-word.ts";
import { tableLines } from "./table.ts";

/** The constructs of a run, a line each; no line when there are none. */
export function constructTable(constructs: ConstructView[], columns: number | undefined, paint: Paint): string[] {
  if (constructs.length === 0) return [];
  const titles = ["STATE", "CONSTRUCT", "TIME", "COST", "TASK"];
  return tableLines({ titles, rows: constructs.map(rowOf), right: [2, 3] }, columns, paint);
}

function rowOf(construct: ConstructView): Piece[] {
  const state = constructWord(construct.state);
  const cause = construct.outcome?.cause ?? "";
  const why = cause === "" || construct.state === "done" ? "" : `[${oneLine(cause, 40)}] `;
  return [
    { text: `${state.glyph} ${state.word}`, style: state.style },
    { text: oneLine(construct.id, 20) },
    { text: construct.outcome === null ? "-" : spell(construct.outcome.duration_ms) },
    { text: money(construct.costUsd) },
    { text: `${why}${oneLine(construct.task.slice(0, 800), 100)}` },
  ];
}
