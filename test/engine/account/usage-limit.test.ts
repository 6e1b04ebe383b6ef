import { describe, expect, test } from "vitest";
import { call, say, usedUp, type Answerer } from "../../../src/offline/reply.ts";
import { leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { shortTimes } from "./times.ts";

const tasks = Array.from({ length: 10 }, (_, n) => `Do the work ${n}.`);

/** The work of a construct: one file that each doing of it makes longer. */
const works: Answerer = ({ firstUserText, messages }) => {
  const n = /Do the work (\d)/.exec(firstUserText)?.[1];
  const hasWorked = messages.some((message) => message.results.length > 0);
  return hasWorked ? say(`Worked ${n}.`) : call("Bash", { command: `echo done >> work-${n}.txt` });
};

describe("a usage limit", () => {
  test("that ten constructs meet is one hold and one item; all of them end well, and no work is done twice", async () => {
    let resetsAt = 0;
    await using kit = await openTestDeck({
      login: "subscription",
      accountTimes: shortTimes,
      settings: { max_starting: 10 },
      // Each is refused when its work is done and before it could say so.
      answer(request) {
        const hasWorked = request.messages.some((message) => message.results.length > 0);
        if (hasWorked && resetsAt === 0) resetsAt = Date.now() + 8000;
        return hasWorked && Date.now() < resetsAt ? usedUp(resetsAt) : works(request);
      },
    });
    const events = await kit.runTasks(tasks);
    expect(
      outcomesOf(events)
        .map(({ state, result }) => `${state} ${result}`)
        .sort(),
    ).toEqual(tasks.map((_, n) => `done Worked ${n}.`));
    const held = of(events, "account.held");
    expect(new Set(held.map(({ body }) => body.since)).size).toBe(1);
    expect(held[0]?.body).toMatchObject({
      kind: "usage_limit",
      resets_at: Math.ceil(resetsAt / 1000) * 1000,
      tries: 0,
    });
    expect(of(events, "account.released").map(({ body }) => body.how)).toEqual(["tried"]);
    expect(of(events, "attention.raised").map(({ body }) => body.kind)).toEqual(["account.usage_limit"]);
    expect(of(events, "attention.closed").length).toBe(1);
    expect(of(events, "construct.parked").length).toBeGreaterThan(3);
    for (const { body } of of(events, "construct.parked"))
      expect(of(events, "construct.unparked").some((other) => other.body.construct === body.construct)).toBe(true);
    const commands = of(events, "construct.tool_called").map(({ body }) => body.input);
    expect(new Set(commands).size).toBe(10);
    expect(commands.length).toBe(10);
    expect(leftOf(events)).toEqual([]);
  });
});
