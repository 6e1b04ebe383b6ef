import { describe, expect, test } from "vitest";
import { followDeck } from "../../../src/faces/cockpit/follow-deck.ts";
import { newModel } from "../../../src/faces/cockpit/model/deck-model.ts";
import { eventsOf, feedOf } from "../../../src/faces/cockpit/model/feeds.ts";
import { Fault } from "../../../src/base/fault.ts";
import { runId, scriptedDeck } from "../cli/scripted-deck.ts";
import { busyFleet, id } from "./kit/scenes.ts";

const nothing = { attached: () => {}, changed: () => {}, heard: () => {} };

describe("attaching to a deck at work", () => {
  test("recalls what its agents did before, and after a second attach has nothing twice", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const model = newModel(0);
    const first = followDeck(deck.port, model, nothing);
    const seqs = (): number[] => feedOf(model.feeds, runId).all.map(({ seq }) => seq);
    await expect.poll(() => seqs().length).toBe(deck.events.length);
    await deck.close();
    await first;
    const { promise: again, resolve } = Promise.withResolvers<void>();
    void followDeck(deck.port, model, { ...nothing, changed: resolve });
    await again;
    deck.stage().emit("construct.said", { construct: id(4), text: "after" });
    await expect.poll(() => eventsOf(model.feeds, runId, id(4)).at(-1)?.type).toBe("construct.said");
    expect(seqs()).toEqual(deck.events.map(({ seq }) => seq));
  });

  test("goes without where the deck does not tell what was before", async () => {
    const deck = scriptedDeck({
      refuse: ({ type }) => (type === "events.list" ? new Fault("usage", "test.old", "an older deck") : undefined),
    });
    await busyFleet(deck);
    const model = newModel(0);
    void followDeck(deck.port, model, nothing);
    await expect.poll(() => model.link.state).toBe("attached");
    deck.stage().emit("construct.said", { construct: id(4), text: "after" });
    await expect.poll(() => eventsOf(model.feeds, runId, id(4)).length).toBe(1);
    await deck.close();
  });
});
