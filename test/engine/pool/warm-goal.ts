import type { SpawnAction } from "../../../src/protocol/action.ts";
import { block, type Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import type { RunSettings } from "../../../src/protocol/settings.ts";
import type { TestDeck } from "../../kit/deck.ts";

/** A goal whose daemon holds its spawns back until the test lets it go on. */
export interface WarmGoal {
  answer: Answerer;
  /** The daemon spawns now. */
  spawn: () => void;
}

export function warmGoal(spawns: readonly Omit<SpawnAction, "type">[], construct: Answerer): WarmGoal {
  const isWarm = Promise.withResolvers<void>();
  const answer: Answerer = async (request) => {
    if (!isDaemon(request)) return construct(request);
    if (request.lastUserText.includes("Nothing else is in flight")) return block({ status: "done", chat: "All done." });
    if (!request.lastUserText.startsWith("GOAL:")) return block({ status: "waiting" });
    await isWarm.promise;
    return block({ actions: spawns.map((spawn) => ({ type: "spawn" as const, ...spawn })), status: "waiting" });
  };
  return { answer, spawn: () => isWarm.resolve() };
}

/** Sets a goal and gives the events up to the moment at which so many spares are ready. */
export async function startWarm(
  kit: TestDeck,
  ready: number,
  settings: Partial<RunSettings> = {},
): Promise<DeckEvent[]> {
  const wanted = { ...kit.settings, ...settings };
  const opened = await kit.deck.send({ type: "goal.set", goal: "A goal.", settings: wanted, command_line: [] });
  if (ready === 0) return kit.eventsUntil(opened.afterSeq, ({ type }) => type === "goal.set");
  let seen = 0;
  return kit.eventsUntil(opened.afterSeq, ({ type }) => {
    if (type === "pool.ready") seen += 1;
    return seen === ready;
  });
}

/** The rest of a run whose events up to here are given, with those. */
export async function toTheEnd(kit: TestDeck, before: DeckEvent[]): Promise<DeckEvent[]> {
  return [...before, ...(await kit.untilClosed(before.at(-1)?.seq ?? 0))];
}
