import { describe, expect, test } from "vitest";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import { say } from "../../src/offline/reply.ts";
import { of, openTestDeck, outcomesOf, requestsOf } from "../kit/deck.ts";

/** Opens the first worker at once, and the others when that is wanted. */
function openingLate() {
  const mayOpen = Promise.withResolvers<void>();
  let opened = 0;
  const driver = (usual: AgentDriver): AgentDriver => ({
    ...usual,
    async open(spec) {
      opened += 1;
      if (opened > 1) await mayOpen.promise;
      return usual.open(spec);
    },
  });
  return { driver, goOn: () => mayOpen.resolve() };
}

describe("a construct whose agent is not up yet", () => {
  test("is not told its task while the run is at its bound", async () => {
    const { driver, goOn } = openingLate();
    const settings = { sandbox: "off", run_turns: 1, max_concurrent: 4, max_starting: 4 } as const;
    await using kit = await openTestDeck({ driver, settings, answer: () => say("Done.") });
    const { afterSeq } = await kit.startTasks(["One.", "Two.", "Three.", "Four."]);
    const first = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ended");
    goOn();
    let paused = 0;
    const asked = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.paused" && (paused += 1) === 3);
    expect(outcomesOf(first).map(({ result }) => result)).toEqual(["Done."]);
    expect(requestsOf(kit.api).length).toBe(1);
    const [item] = of(asked, "attention.raised").map(({ body }) => body.item);
    await kit.deck.send({ type: "bound.answer", item: item ?? "nobody was asked", answer: "raise", to: 10 });
    const events = await kit.untilClosed(afterSeq);
    expect(outcomesOf(events).map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
  });

  test("is not told its task while it is paused, and is ended without a request", async () => {
    const { driver, goOn } = openingLate();
    const settings = { sandbox: "off", max_concurrent: 2, max_starting: 2 } as const;
    await using kit = await openTestDeck({ driver, settings, answer: () => say("Done.") });
    const { afterSeq } = await kit.startTasks(["One.", "Two."]);
    const first = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ended");
    const done = outcomesOf(first)[0]?.id;
    const late =
      of(first, "construct.queued")
        .map(({ body }) => body.construct)
        .find((id) => id !== done) ?? "";
    await kit.deck.send({ type: "construct.pause", construct: late, freeze: false });
    goOn();
    await kit.eventsUntil(
      afterSeq,
      ({ type, body }) => type === "construct.started" && "construct" in body && body.construct === late,
    );
    // For as long as another one takes for all of its work.
    const { settings: same } = kit;
    const other = await kit.deck.send({ type: "spawn", tasks: ["Three."], settings: same, command_line: [] });
    const { seq } = (await kit.untilClosed(other.afterSeq)).at(-1) ?? { seq: 0 };
    await kit.deck.send({ type: "construct.kill", construct: late });
    const events = await kit.untilClosed(seq);
    expect(outcomesOf(events).find(({ id }) => id === late)).toMatchObject({ state: "killed", cause: "netrunner" });
    expect(requestsOf(kit.api).length).toBe(2);
  });
});
