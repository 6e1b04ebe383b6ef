import { describe, expect, test } from "vitest";
import type { Home } from "../../../src/nodes/host/homecoming.ts";
import { placesOf, type Sharing } from "../../../src/nodes/host/places.ts";
import type { KnownNode } from "../../../src/nodes/wire/node-state.ts";
import { whyClosed } from "../../../src/nodes/host/roster.ts";
import { tells } from "../kit/tells.ts";

const node = (name: string, some: Partial<KnownNode> = {}): KnownNode => ({
  ...tells,
  name,
  boot: `${name}-1`,
  slots: 2,
  ...some,
});

const sharing: Sharing = { strategy: "here_first", hereSlots: 1 };

function room(
  nodes: KnownNode[],
  home: (node: string) => Home = () => ({ is: "there" }),
  hasLease = true,
  heldUp?: string,
) {
  let changes = 0;
  const places = placesOf({
    nodes: () => nodes,
    closed: (one) => whyClosed(one, { hasLease, isUp: true, heldUp }),
    freeMb: () => 4000,
    home: { of: home },
    onChange: () => (changes += 1),
  });
  return { places, changes: () => changes };
}

describe("the places of a fleet", () => {
  test("that are promised count at once, before their node has told of them, and are free again when left", () => {
    const { places, changes } = room([node("a")]);
    const taken = ["1", "2", "3"].map((id) => places.take(id, {}, sharing));
    expect(taken).toEqual([undefined, "a", "a"].map((on) => ({ isPlaced: true, node: on })));
    expect(places.take("4", {}, sharing)).toMatchObject({ isPlaced: false, why: "all nodes are full" });
    expect(places.on("a")).toEqual(["2", "3"]);
    places.leave("2");
    places.leave("2");
    expect(changes()).toBe(1);
    expect(places.take("4", {}, sharing)).toEqual({ isPlaced: true, node: "a" });
  });

  test("go in one look to as many of a queue as there is room for; the others hear why, each by its own wish", () => {
    const { places } = room([node("a"), node("b", { pool: "gpu", labels: ["cuda"], slots: 1 })]);
    const draw = places.draw(sharing, false);
    const wishes = [{}, { pool: "gpu" }, {}, { pool: "gpu" }, {}, { pool: "gpu", labels: ["cuda"] }, {}, {}];
    expect(wishes.map((wish) => draw(wish))).toEqual([
      true,
      true,
      true,
      "all nodes of the pool gpu are full",
      true,
      "all nodes of the pool gpu are full",
      "all nodes are full",
      "all nodes are full",
    ]);
    expect(places.draw(sharing, false)({ pool: "gpu" })).toBe(true);
  });

  test("are counted once when their node has told of them, and what else it tells of counts, too", () => {
    const { places } = room([node("a", { slots: 3, used: 2 })]);
    places.take("1", { pool: "big" }, sharing);
    places.take("2", { pool: "big" }, sharing);
    // Both may be among the two of which it tells.
    expect(places.take("3", { pool: "big" }, sharing)).toEqual({ isPlaced: true, node: "a" });
    expect(places.take("4", { pool: "big" }, sharing)).toMatchObject({ isPlaced: false });
  });

  test("take the memory of what is promised and not yet told of into account", () => {
    const { places } = room([node("a", { slots: 9, freeMb: 500 })]);
    const wish = { pool: "big" };
    expect(places.take("1", wish, sharing).isPlaced).toBe(true);
    expect(places.take("2", wish, sharing).isPlaced).toBe(true);
    expect(places.take("3", wish, sharing)).toMatchObject({ isPlaced: false, why: expect.stringContaining("200 MB") });
  });

  test("take the memory of what the same look has given out into account", () => {
    const { places } = room([node("a", { slots: 9, freeMb: 500 })]);
    const look = places.draw({ ...sharing, hereSlots: 0 }, false);
    const last = "no node has 200 MB of memory free";
    expect([{}, {}, {}].map((wish) => look(wish))).toEqual([true, true, last]);
  });

  test("are refused in one look to those whose session is elsewhere by where that is, and not to others with the same wish", () => {
    const { places } = room([node("a"), node("b")], (name) =>
      name === "a" ? { is: "unknown", why: "its node is away" } : { is: "there" },
    );
    const look = places.draw(sharing, false);
    const wishes = [{ before: "a" }, { before: "b" }, {}, { before: "a" }];
    expect(wishes.map((wish) => look(wish))).toEqual(["its node is away", true, true, "its node is away"]);
  });

  test("are given in a look, and could be had at all, behind a wall only where there is one", () => {
    const nowhere = { ...sharing, hereSlots: 0 };
    const bare = room([node("a")]).places;
    expect(bare.draw(nowhere, true)({})).toContain("no node has a wall");
    expect(bare.draw(nowhere, false)({})).toBe(true);
    expect(bare.couldTake({ wall: true }, nowhere)).toBe(false);
    expect(bare.couldTake({}, nowhere)).toBe(true);
    const walled = room([node("a", { hasWall: true })]).places;
    expect(walled.draw(nowhere, true)({})).toBe(true);
    expect(walled.couldTake({ wall: true }, nowhere)).toBe(true);
  });

  test("are given out once in each look, and not before they are taken", () => {
    const { places } = room([node("a")]);
    const look = places.draw(sharing, false);
    expect([{}, {}, {}, {}].map((wish) => look(wish))).toEqual([true, true, true, "all nodes are full"]);
    expect(places.draw(sharing, false)({})).toBe(true);
  });

  test("are not given where a session waits for its node, and are anywhere once that is gone", () => {
    const { places } = room([node("a")], () => ({ is: "unknown", why: "it may still be at work" }));
    expect(places.draw(sharing, false)({ before: "b" })).toBe("it may still be at work");
    const gone = room([node("a")], () => ({ is: "gone" }));
    expect(gone.places.take("1", { before: "b" }, sharing)).toEqual({ isPlaced: true, node: undefined });
  });

  test.each([
    ["speaks version 99", node("a", { wire: 99 }), false],
    ["drains", node("a", { isDraining: true }), false],
    ["has no policy yet", node("a", { policy: null }), false],
    ["is of the pool", node("a", { pool: "here" }), false],
    ["has a name that is too long", node("a".repeat(64)), false],
    ["no node has a wall", node("a"), true],
  ])("pass a node over that %s, with that reason", (why, one, wall) => {
    const { places } = room([one]);
    const found = places.take("1", { wall }, { strategy: "here_first", hereSlots: 0 });
    expect(found).toMatchObject({ isPlaced: false, why: expect.stringContaining(why) });
  });

  test("are not given on a node whose account is held, and are waited for by who has its session there", () => {
    const held = room([node("a"), node("b", { pool: "gpu" })], undefined, true, "the login is\nnot accepted").places;
    const nowhere = { ...sharing, hereSlots: 0 };
    const why = "waits for its account: the login is not accepted";
    expect(held.draw(nowhere, false)({})).toBe(`no node takes any more: a ${why}, b ${why}`);
    // Here it would be without its memory.
    expect(held.take("1", { before: "a" }, sharing)).toEqual({
      isPlaced: false,
      why: `its session is on a, which ${why}`,
    });
    expect(held.couldTake({}, nowhere)).toBe(true);
  });

  test("could be had at a node that has only just come, and not at one that takes no more", () => {
    const could = (one: KnownNode): boolean => room([one]).places.couldTake({}, { ...sharing, hereSlots: 0 });
    expect(could(node("a", { policy: null }))).toBe(true);
    expect(room([node("a")], undefined, false).places.couldTake({}, { ...sharing, hereSlots: 0 })).toBe(true);
    expect(could(node("a", { policy: null, isDraining: true }))).toBe(false);
    expect(could(node("a", { policy: null, wire: 99 }))).toBe(false);
    expect(room([node("a", { policy: null })]).places.couldTake({ pool: "gpu" }, sharing)).toBe(false);
  });

  test("leave out the nodes that were tried", () => {
    const { places } = room([node("a"), node("b")]);
    const none = { ...sharing, hereSlots: 0 };
    expect(places.take("1", { avoid: new Set(["a"]) }, none)).toEqual({ isPlaced: true, node: "b" });
    expect(places.take("2", { avoid: new Set(["a", "b"]) }, none)).toMatchObject({ isPlaced: false });
  });
});
