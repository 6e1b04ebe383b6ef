import { count } from "../../../base/units.ts";
import { inert, oneLine } from "../../../base/text.ts";
import { showCaliber } from "../../../protocol/caliber.ts";
import { markCitations, type AskLine, type AskView } from "../../../protocol/watchdog.ts";
import { money, moment, spell } from "../../words/amounts.ts";
import type { Page } from "../look-up.ts";
import type { Piece } from "../pieces.ts";
import { shellWords } from "../../../base/shell-words.ts";
import { tableLines } from "../table.ts";
import { wrap } from "../../words/width.ts";

/** An answer as it is told, its wrong citations marked; or why there is none. */
export function answerPage(ask: AskView, { columns, paint }: Page): string {
  const { state, answer, citations, reason, run } = ask;
  if (state !== "answered") {
    const text = state === "cancelled" ? "taken back" : `no answer: ${oneLine(reason || "it is not there yet", 600)}`;
    return `${paint("warning", text)}\n${paint("faint", factsOf(ask))}\n`;
  }
  const text = inert(markCitations(answer, citations)).replaceAll("\t", "    ");
  const wrong = citations.filter((citation) => citation.state !== "given").length;
  const first = citations.find((citation) => citation.state === "given");
  const lines = [
    ...(columns === undefined ? text.split("\n") : wrap(text, columns)),
    "",
    ...(wrong > 0
      ? [
          paint(
            "warning",
            `${wrong} of ${count(citations.length, "citation")} ${wrong === 1 ? "does" : "do"} not hold: ✗ marks them`,
          ),
        ]
      : []),
    ...(citations.length === 0 ? [paint("warning", "it cites no event: nothing here is proven by the record")] : []),
    ...(first === undefined
      ? []
      : [paint("faint", `look at what it cites: cyberdeck show ${shellWords([run])} --event ${first.seq}`)]),
    paint("faint", factsOf(ask)),
  ];
  return `${lines.join("\n")}\n`;
}

/** What it was about, who answered, what it cost, how much of the record was shown. */
function factsOf({ ask, run, about, caliber, costUsd, durationMs, given }: AskView): string {
  const shown = given === null ? 0 : given.seqs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const facts = [
    oneLine(ask, 40),
    oneLine(run, 60),
    ...(about === null ? [] : [oneLine(about, 40)]),
    oneLine(showCaliber(caliber), 60),
    money(costUsd),
    ...(durationMs > 0 ? [spell(durationMs)] : []),
    ...(given === null ? [] : [`was shown ${shown} of ${count(given.events, "event")}`]),
  ];
  return facts.join(" · ");
}

/** Earlier questions, the newest last, each with its answer. */
export function historyPage(asks: readonly AskView[], page: Page): string {
  if (asks.length === 0) return 'Nothing was asked yet. Ask with: cyberdeck ask "QUESTION"\n';
  const one = (ask: AskView): string =>
    `${page.paint("strong", `${moment(ask.askedAt)} · ${oneLine(ask.question, 400)}`)}\n${answerPage(ask, page)}`;
  return asks.map(one).join("\n");
}

/** The questions that wait, in the order in which they are answered. */
export function askTable(asks: readonly AskLine[], { columns, paint }: Page): string {
  if (asks.length === 0) return "No question waits for an answer.\n";
  const rows = asks.map(({ ask, run, about, state, question }): Piece[] => [
    { text: oneLine(ask, 40), style: "strong" },
    { text: state, style: state === "answering" ? "busy" : "plain" },
    { text: oneLine(about ?? run, 60) },
    { text: oneLine(question, 200) },
  ]);
  const titles = ["ASK", "STATE", "ABOUT", "QUESTION"];
  return `${tableLines({ titles, rows, right: [] }, columns, paint).join("\n")}\n`;
}

/** A question and what came of it as one JSON object, with the field names of the recorded events. */
export const flatAsk = (ask: AskView): Record<string, unknown> => ({
  ask: ask.ask,
  run: ask.run,
  question: ask.question,
  about: ask.about,
  caliber: ask.caliber,
  asked_at: ask.askedAt,
  state: ask.state,
  answer: ask.state === "answered" ? ask.answer : null,
  citations: ask.citations,
  wrong: ask.citations.filter(({ state }) => state !== "given").length,
  reason: ask.reason === "" ? null : ask.reason,
  given: ask.given,
  cost_usd: ask.costUsd,
  duration_ms: ask.durationMs,
});
