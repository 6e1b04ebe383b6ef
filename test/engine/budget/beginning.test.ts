import { expect, test } from "vitest";
import { block } from "../../../src/offline/reply.ts";
import { of, openTestDeck } from "../../kit/deck.ts";

test("a run that waits for the netrunner comes to its bound of time by itself, though nothing else happens in it", async () => {
  // Long enough for the daemon's one turn.
  await using kit = await openTestDeck({
    settings: { run_time_ms: 2500 },
    answer: () => block({ status: "waiting", chat: "Which folder do you mean?" }),
  });
  const opened = await kit.startGoal("Tidy up.");
  const events = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "run.paused");
  expect(of(events, "run.paused")[0]?.body.rule).toBe("budget.time");
  expect(of(events, "attention.raised")[0]?.body).toMatchObject({ kind: "bound.run", bound: { which: "run_time_ms" } });
  expect((await kit.deck.snapshot())?.status).toBe("paused");
});
