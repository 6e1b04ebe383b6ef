import { expect, test } from "vitest";
import { chainPage } from "../../../src/faces/cli/show/chain-page.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { eventOf } from "../../engine/events.ts";

const construct = "cx-1a2b0000";
const ofCall = { construct, turn: 3, call: "toolu_1" };
const events = [
  eventOf(1, "goal.set", { goal: "Count." }),
  eventOf(2, "construct.tool_called", { ...ofCall, tool: "Bash", input: "make" }),
  eventOf(3, "construct.said", { construct, turn: 3, text: "beside it" }),
  eventOf(4, "construct.tool_returned", { ...ofCall, failed: false, text: "made" }),
];

/** A record that is read to its end. */
const port = {
  async *follow(): AsyncGenerator<DeckEvent> {
    yield* events;
  },
};

test("a chain shows each event with the turn of its agent, and marks the one that was asked for", async () => {
  const [goal, called, returned, ...others] = (await chainPage(port, "run-1", 2, false)).trimEnd().split("\n");
  expect(goal).not.toContain("turn");
  expect(called).toMatch(/^> +2 .*construct\.tool_called +turn 3 /);
  expect(returned).toMatch(/^ +4 .*construct\.tool_returned +turn 3 /);
  expect(others).toEqual([]);
});

test("a chain has turn and call in JSON as well", async () => {
  const lines = (await chainPage(port, "run-1", 4, true)).trim().split("\n");
  const shown = lines.map((line): unknown => JSON.parse(line));
  expect(shown).toMatchObject([{ seq: 1 }, { seq: 2, turn: 3, call: "toolu_1" }, { seq: 4, turn: 3, call: "toolu_1" }]);
});

test("a chain of an event that the run does not have is refused, with the events that it has", async () => {
  await expect(chainPage(port, "run-1", 9, false)).rejects.toMatchObject({
    code: "cli.no_such_event",
    hint: expect.stringContaining("1 to 4"),
  });
});
