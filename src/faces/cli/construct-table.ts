import { oneLine } from "../../base/text.ts";
import type { ConstructView } from "../../protocol/view.ts";
import { money, spell } from "../words/amounts.ts";
import type { Paint } from "./paint.ts";
import type { Piece } from "./pieces.ts";
import { constructWord } from "../words/state-word.ts";
import { unheardWord } from "../words/unheard.ts";
import { tableLines } from "./table.ts";

/** The constructs of a run, a line each; no line when there are none. */
export function constructTable(constructs: ConstructView[], columns: number | undefined, paint: Paint): string[] {
  if (constructs.length === 0) return [];
  // Most decks have one machine: then nothing is said of it.
  const isSpread = constructs.some(({ place }) => place !== null);
  const titles = ["STATE", "CONSTRUCT", ...(isSpread ? ["ON"] : []), "TIME", "COST", "TASK"];
  const right = isSpread ? [3, 4] : [2, 3];
  return tableLines({ titles, rows: constructs.map((one) => rowOf(one, isSpread)), right }, columns, paint);
}

function placeOf({ startedAt, place, unheard }: ConstructView): Piece {
  if (startedAt === null) return { text: "-" };
  const name = oneLine(place ?? "here", 20);
  return unheard === undefined ? { text: name } : { text: `${name}, ${unheardWord(unheard)}`, style: "warning" };
}

function rowOf(construct: ConstructView, isSpread: boolean): Piece[] {
  const state = constructWord(construct.state);
  const cause = construct.outcome?.cause ?? "";
  const why = cause === "" || construct.state === "done" ? "" : `[${oneLine(cause, 40)}] `;
  return [
    { text: `${state.glyph} ${state.word}`, style: state.style },
    { text: oneLine(construct.id, 20) },
    ...(isSpread ? [placeOf(construct)] : []),
    { text: construct.outcome === null ? "-" : spell(construct.outcome.duration_ms) },
    { text: money(construct.costUsd) },
    { text: `${why}${oneLine(construct.task.slice(0, 800), 100)}` },
  ];
}
