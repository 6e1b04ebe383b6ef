import { count } from "../../../base/units.ts";
import { inert } from "../../../base/text.ts";
import { showCaliber } from "../../../protocol/caliber.ts";
import { citedIn, type AskView, type CitationState } from "../../../protocol/watchdog.ts";
import { money, spell } from "../../words/amounts.ts";
import { wrap } from "../../words/width.ts";
import { line, type Line, type Span } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";

/** How a question stands, in a word. */
export function askWord(ask: AskView, asks: readonly AskView[]): { word: string; look: Look } {
  switch (ask.state) {
    case "answered":
      return { word: "✓ answered", look: "good" };
    case "failed":
      return { word: "✗ failed", look: "bad" };
    case "cancelled":
      return { word: "■ taken back", look: "faint" };
    default: {
      if (ask.given !== null) return { word: "● answering", look: "busy" };
      const ahead = asks.filter((one) => one.state === "open" && one.askedAt < ask.askedAt).length;
      return { word: ahead === 0 ? "· waits" : `· ${ahead} before it`, look: "warning" };
    }
  }
}

/** The events that an answer cites, each once, in the order in which they stand in it. */
export const citationsIn = ({ answer, state }: Pick<AskView, "answer" | "state">): number[] =>
  state === "answered" ? citedIn(answer) : [];

/**
 * An answer in so many columns, its citations marked: those that do not hold with a cross.
 * @param chosen the citation that the cursor is on
 */
export function answerLines(ask: AskView, width: number, chosen: number | undefined): Line[] {
  const text = inert(ask.answer).replaceAll("\t", "    ");
  const states = new Map(ask.citations.map(({ seq, state }) => [seq, state]));
  return wrap(text, width).map((row) => line(" ", ...spansOf(row, states, chosen)));
}

function spansOf(row: string, states: ReadonlyMap<number, CitationState>, chosen: number | undefined): Span[] {
  const spans: Span[] = [];
  let from = 0;
  // A bracket may be cut by the end of its row: what is within it is known by its digits.
  for (const { 0: text, index } of row.matchAll(/\d+/g)) {
    const seq = Number(text);
    if (!states.has(seq) || !isInBracket(row, index)) continue;
    spans.push({ text: row.slice(from, index) });
    const holds = states.get(seq) === "given";
    spans.push({ text: holds ? text : `${text}✗`, look: seq === chosen ? "match" : holds ? "key" : "bad" });
    from = index + text.length;
  }
  return [...spans, { text: row.slice(from) }];
}

/** Nothing but a citation stands between a bracket, or the beginning of the row, and this place. */
const isInBracket = (row: string, at: number): boolean => /(?:\[|^)[\sseq.\d,;–-]*$/i.test(row.slice(0, at));

/** Who answered, at what price, from how much of the record. */
export function askFacts({ ask, caliber, costUsd, durationMs, given, citations, run }: AskView): string {
  const shown = given === null ? 0 : given.seqs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const wrong = citations.filter(({ state }) => state !== "given").length;
  return [
    ...(given === null ? [] : [`was shown ${shown} of ${count(given.events, "event")}`]),
    ...(wrong > 0
      ? [`${wrong} of ${count(citations.length, "citation")} ${wrong === 1 ? "does" : "do"} not hold`]
      : []),
    showCaliber(caliber),
    money(costUsd),
    ...(durationMs > 0 ? [spell(durationMs)] : []),
    run,
    ask,
  ].join(" · ");
}
