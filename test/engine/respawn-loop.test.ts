import { expect, test } from "vitest";
import { refuse, say, type Answerer } from "../../src/offline/reply.ts";
import { block } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { daemonRequests, of, openTestDeck } from "../kit/deck.ts";

/** The same work in other words each time, and a construct that always declines it. */
const wordings = [
  'Count the words in "docs/guide.md" and report the number.',
  'Determine the number of words in "docs/guide.md" by counting the words.',
  'Please count the words in "docs/guide.md" and tell the number.',
  'Count all words in "docs/guide.md"; report the number.',
  'Count the words in "docs/guide.md" once more and report the number.',
];

const insists: Answerer = (request) => {
  if (!isDaemon(request)) return refuse("I will not.");
  if (request.lastUserText.includes("NOT STARTED:")) return block({ status: "failed", chat: "Given up." });
  if (request.lastUserText.includes("in flight.") && !request.lastUserText.includes("Nothing else is in flight")) {
    return block({ status: "waiting" });
  }
  const turn = request.messages.filter((message) => message.role === "assistant").length;
  const task = wordings[turn];
  return task === undefined ? say("no more words") : block({ actions: [{ type: "spawn", task }], status: "waiting" });
};

test("work that keeps ending badly is warned of at the third attempt and refused at the fourth, whatever the wording", async () => {
  await using kit = await openTestDeck({ answer: insists });
  const events = await kit.runGoal("Count the words.");
  expect(of(events, "construct.ended").map((event) => event.body.outcome.state)).toEqual([
    "failed",
    "failed",
    "failed",
  ]);
  expect(of(events, "respawn.warned")).toMatchObject([{ body: { count: 3, of: 3 } }]);
  expect(of(events, "spawn.refused")).toMatchObject([{ body: { rule: "respawn.loop" } }]);
  const told = daemonRequests(kit.api).map((request) => JSON.stringify(request.messages));
  expect(told.some((text) => text.includes("RESPAWN LOOP DETECTED"))).toBe(true);
  expect(told.at(-1)).toContain("this would be attempt 4 at the same work");
});
