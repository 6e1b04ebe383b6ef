import { describe, expect, test } from "vitest";
import { arrange, newShelf, type Wish } from "../../../../src/faces/cockpit/fleet/arrange.ts";
import { nextOrder, orderWord, sorts, type Order } from "../../../../src/faces/cockpit/fleet/order.ts";
import { hear, type DeckModel } from "../../../../src/faces/cockpit/model/deck-model.ts";
import { scriptedDeck, type ScriptedDeck } from "../../cli/scripted-deck.ts";
import { modelOf } from "../kit/model.ts";
import { busyFleet, id } from "../kit/scenes.ts";

const wish = (parts: Partial<Wish> = {}): Wish => ({
  order: { sort: "need", isReversed: false },
  filter: "",
  isGrouped: false,
  ...parts,
});

const idsIn = (model: DeckModel, order: Order): string =>
  arrange(model, wish({ order }), newShelf())
    .ids.map((one) => one.at(-1))
    .join("");

async function busyModel(change: (deck: ScriptedDeck) => void = () => {}): Promise<DeckModel> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  change(deck);
  return modelOf(deck);
}

describe("the order of the fleet", () => {
  test("has who needs the netrunner on top and who has ended at the bottom, whatever it is by", async () => {
    const model = await busyModel();
    for (const sort of sorts)
      for (const isReversed of [false, true]) {
        const ids = idsIn(model, { sort, isReversed });
        expect([ids.at(0), Array.from(ids.slice(-2)).toSorted().join("")], `${sort} ${isReversed}`).toEqual([
          "3",
          "12",
        ]);
      }
  });

  test("by need has the one first that is decided first without an answer", async () => {
    const model = await busyModel((deck) => {
      deck.stage().emit("hold.opened", {
        hold: "hold-2",
        construct: id(6),
        call: "c",
        tool: "Bash",
        input: "git push",
        targets: [],
        diff: null,
        task: "",
        rule: "publish",
        reason: "",
        pattern: "",
        deadline: Date.UTC(2026, 10, 22, 10, 20, 5),
      });
    });
    expect(idsIn(model, { sort: "need", isReversed: false }).slice(0, 2)).toBe("63");
  });

  test("by need has what is queued behind what works, and who ended last before those that ended earlier", async () => {
    expect(idsIn(await busyModel(), { sort: "need", isReversed: false })).toBe("34567821");
  });

  test("by age has who has not begun behind all that have", async () => {
    expect(idsIn(await busyModel(), { sort: "age", isReversed: false })).toBe("34567812");
  });

  test("by task goes by the letters, and turned round the other way", async () => {
    const model = await busyModel();
    expect(idsIn(model, { sort: "task", isReversed: false })).toBe("38746512");
    expect(idsIn(model, { sort: "task", isReversed: true }).slice(1, 6)).toBe("56478");
  });

  test("goes on from one to the next, begins each its usual way round, and has words for all", () => {
    let order: Order = { sort: "need", isReversed: true };
    const words = new Set<string>();
    for (let n = 0; n < sorts.length; n += 1) {
      order = nextOrder(order);
      expect(order.isReversed).toBe(false);
      words.add(orderWord(order));
      words.add(orderWord({ ...order, isReversed: true }));
    }
    expect(order.sort).toBe("need");
    expect(words.size).toBe(2 * sorts.length);
  });
});

describe("the fleet as it is arranged", () => {
  test("is taken from the shelf until something happens", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const model = modelOf(deck);
    const shelf = newShelf();
    const first = arrange(model, wish(), shelf);
    expect(arrange(model, wish(), shelf)).toBe(first);
    deck.stage().queue("cx-99999999", "one more");
    const event = deck.events.at(-1);
    if (event !== undefined) hear(model, event);
    expect(arrange(model, wish(), shelf).ids).toContain("cx-99999999");
    expect(arrange(model, wish({ filter: "more" }), shelf).ids).toEqual(["cx-99999999"]);
  });

  test("by a filter of time is made anew as the time goes by", async () => {
    const model = await busyModel();
    const shelf = newShelf();
    expect(arrange(model, wish({ filter: "age>5m" }), shelf).ids).toEqual([]);
    model.now += 60_000;
    expect(arrange(model, wish({ filter: "age>5m" }), shelf).ids).toHaveLength(5);
  });

  test("in groups has a group for each run, and in the same order the rows of all", async () => {
    const model = await busyModel();
    const { groups, rows } = arrange(model, wish({ isGrouped: true }), newShelf());
    expect(groups.map(({ view }) => view?.run)).toEqual(["run-20261122-101500-a1b2"]);
    expect(rows).toHaveLength(8);
  });

  test("leaves out the constructs of a run that has closed, unless it is the one that is looked at", async () => {
    const model = await busyModel((deck) => deck.stage().close("done"));
    expect(arrange(model, wish(), newShelf()).all).toBe(8);
    model.current = "another";
    expect(arrange(model, wish(), newShelf()).all).toBe(0);
  });
});
