import type { DeckEvent } from "../../src/protocol/event.ts";
import { of } from "../../test/kit/deck.ts";

/** Its hosts have died so often that the next one leaves it to the netrunner. */
export const isLeft = (events: readonly DeckEvent[]): boolean =>
  events.findLast(
    ({ type, body }) => type === "run.resumed" || (type === "deck.warned" && body.code === "host.not_resumed"),
  )?.type === "deck.warned";

/** Agents that were killed shortly after one another look like a machine in trouble: the netrunner says that it is none. */
export const isHeldUp = (events: readonly DeckEvent[]): boolean =>
  events.findLast(({ type }) => type === "account.held" || type === "account.released" || type === "run.resumed")
    ?.type === "account.held";

/** What is not as it must be of a run that is over: it has closed once, as done, and so has each of its constructs ended. */
export function wrongEnds(events: readonly DeckEvent[]): string[] {
  const wrong: string[] = [];
  const closed = of(events, "run.closed");
  if (closed.length !== 1 || closed[0]?.body.status !== "done")
    wrong.push(`closed ${closed.length} times, as ${closed.map(({ body }) => body.status).join()}`);
  const outcomes = Map.groupBy(of(events, "construct.ended"), ({ body }) => body.construct);
  // One whose agents were killed time and again does not go on for ever.
  const deaths = of(events, "construct.agent_died").filter(({ body }) => !body.goes_on);
  const givenUp = new Set(deaths.map(({ body }) => body.construct));
  for (const { body } of of(events, "construct.queued")) {
    const ends = outcomes.get(body.construct) ?? [];
    if (ends.length !== 1) wrong.push(`${body.construct} has ${ends.length} outcomes`);
    const { state, cause, exit, stderr, result = "" } = ends[0]?.body.outcome ?? {};
    if (state !== "done" && !givenUp.has(body.construct))
      wrong.push(
        `${body.construct} has ended as ${state} (${cause}, ${exit}): ${result.slice(0, 200)} ${stderr?.slice(-500)}`,
      );
  }
  return wrong;
}
