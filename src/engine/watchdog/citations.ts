import { citedIn, type Citation } from "../../protocol/watchdog.ts";

/**
 * Holds what an answer cites against the log.
 * @param given the events that the watchdog was shown
 * @param runOf the run that an event belongs to; undefined when there is none of that number
 */
export function checkCitations(
  answer: string,
  given: ReadonlySet<number>,
  run: string,
  runOf: (seq: number) => string | undefined,
): { citations: Citation[]; wrong: number } {
  const citations = citedIn(answer).map((seq): Citation => {
    if (given.has(seq)) return { seq, state: "given" };
    const owner = runOf(seq);
    return { seq, state: owner === undefined ? "unknown" : owner === run ? "not_given" : "other_run" };
  });
  return { citations, wrong: citations.filter(({ state }) => state !== "given").length };
}
