import { array, assert, boolean, constantFrom, integer, option, property, record, subarray } from "fast-check";
import { describe, expect, test } from "vitest";
import { herePool, place, type NodeState, type Room, type Wish } from "../../src/nodes/host/placement.ts";

const node = (name: string, some: Partial<NodeState> = {}): NodeState => ({
  name,
  pool: "big",
  labels: [],
  slots: 4,
  used: 0,
  freeMb: 4000,
  hasWall: false,
  closed: undefined,
  ...some,
});
const room = (nodes: NodeState[], some: Partial<Room> = {}): Room => ({
  here: { slots: 2, used: 0, freeMb: 4000 },
  nodes,
  strategy: "here_first",
  ...some,
});
const wish = (some: Partial<Wish> = {}): Wish => ({ labels: [], needMb: 400, ...some });
const fullHere = { here: { slots: 2, used: 2, freeMb: 4000 } };

describe("where a construct goes", () => {
  test("is here as long as there is room, then to the node that is least full", () => {
    expect(place(wish(), room([node("a")]))).toEqual({ isPlaced: true, node: undefined });
    const nodes = [node("a", { used: 2 }), node("b", { used: 1 }), node("c", { used: 1, slots: 2 })];
    expect(place(wish(), room(nodes, fullHere))).toEqual({ isPlaced: true, node: "b" });
  });

  test("is wherever the most is free when it is to be spread, here included", () => {
    const nodes = [node("a", { used: 1 }), node("b", { used: 3 })];
    const spread = { strategy: "spread", here: { slots: 2, used: 1, freeMb: 4000 } } as const;
    expect(place(wish(), room(nodes, spread))).toEqual({ isPlaced: true, node: "a" });
    expect(place(wish(), room(nodes, { ...spread, here: { slots: 8, used: 1, freeMb: 4000 } }))).toEqual({
      isPlaced: true,
      node: undefined,
    });
  });

  test("is the node on which its session is, and it waits for that rather than to forget", () => {
    const nodes = [node("a"), node("b")];
    expect(place(wish({ before: "b" }), room(nodes))).toEqual({ isPlaced: true, node: "b" });
    expect(place(wish({ before: "b" }), room([node("a"), node("b", { used: 4 })]))).toMatchObject({
      isPlaced: false,
      why: expect.stringContaining("its session is on b"),
    });
  });

  test("is nowhere for labels of the host's own machine, and that is what it says, whatever nodes are up", () => {
    for (const nodes of [[], [node("a", { labels: ["gpu"] })]])
      expect(place(wish({ pool: herePool, labels: ["gpu"] }), room(nodes))).toEqual({
        isPlaced: false,
        why: "this machine has no label gpu",
      });
  });

  test("is waited for where the node of its session has only just come, and is not given up", () => {
    const coming = node("b", { closed: { why: "has no policy yet", isPassing: true } });
    expect(place(wish({ before: "b" }), room([node("a"), coming]))).toEqual({
      isPlaced: false,
      why: "its session is on b, which has no policy yet",
    });
    // One without it need not wait.
    expect(place(wish(), room([node("a"), coming], fullHere))).toEqual({ isPlaced: true, node: "a" });
    expect(place(wish({ before: "b", pool: "other" }), room([node("a"), coming], fullHere)).isPlaced).toBe(false);
  });

  test("is another place when the node of its session drains or is gone", () => {
    const draining = [node("a"), node("b", { closed: { why: "drains", isPassing: false } })];
    expect(place(wish({ before: "b" }), room(draining, fullHere))).toEqual({ isPlaced: true, node: "a" });
    expect(place(wish({ before: "x" }), room([node("a")], fullHere))).toEqual({ isPlaced: true, node: "a" });
  });

  test.each([
    ["no node of the pool gpu is up", wish({ pool: "gpu" }), room([node("a")])],
    ["no node has cuda", wish({ labels: ["cuda"] }), room([node("a", { labels: ["ssd"] })])],
    [
      "no node of the pool big takes any more: a drains, b has no policy yet",
      wish({ pool: "big" }),
      room([
        node("a", { closed: { why: "drains", isPassing: false } }),
        node("b", { closed: { why: "has no policy yet", isPassing: true } }),
      ]),
    ],
    ["no node of the pool big has a wall", wish({ pool: "big", wall: true }), room([node("a")])],
    ["all nodes of the pool big are full", wish({ pool: "big" }), room([node("a", { used: 4 })])],
    ["no node of the pool big has 400 MB", wish({ pool: "big" }), room([node("a", { freeMb: 100 })])],
    ["there is no room here", wish(), room([], fullHere)],
    ["no 400 MB of memory free here", wish(), room([], { here: { slots: 2, used: 0, freeMb: 1 } })],
    ["there is no room here", wish({ pool: herePool }), room([node("a")], fullHere)],
  ])("is told when it has to wait: %s", (why, wanted, where) => {
    expect(place(wanted, where)).toMatchObject({ isPlaced: false, why: expect.stringContaining(why) });
  });

  test("never breaks a bound or a wish, and waits only when no place fits, whatever there is", () => {
    const labels = ["ssd", "cuda"];
    const anyNode = record({
      pool: constantFrom("big", "gpu"),
      labels: subarray(labels),
      slots: integer({ min: 1, max: 4 }),
      used: integer({ min: 0, max: 4 }),
      freeMb: integer({ min: 0, max: 1000 }),
      hasWall: boolean(),
      closed: constantFrom({ why: "drains", isPassing: false }, { why: "is new", isPassing: true }, undefined),
    });
    const anyWish = record({
      pool: option(constantFrom("big", "gpu", herePool), { nil: undefined }),
      labels: subarray(labels),
      needMb: integer({ min: 0, max: 800 }),
      wall: boolean(),
      before: option(constantFrom("n0", "n1", "gone"), { nil: undefined }),
    });
    const here = record({
      slots: integer({ min: 1, max: 3 }),
      used: integer({ min: 0, max: 3 }),
      freeMb: integer({ min: 0, max: 1000 }),
    });
    const strategy = constantFrom<Room["strategy"]>("here_first", "spread");
    assert(
      property(array(anyNode, { maxLength: 5 }), anyWish, here, strategy, (some, wanted, own, how) => {
        const nodes = some.map((one, index) => ({ ...one, name: `n${index}` }));
        const found = place(wanted, { here: own, nodes, strategy: how });
        const isFit = (one: NodeState): boolean =>
          one.closed === undefined &&
          (one.hasWall || !wanted.wall) &&
          one.used < one.slots &&
          one.freeMb >= wanted.needMb &&
          (wanted.pool === undefined || wanted.pool === one.pool) &&
          wanted.labels.every((label) => one.labels.includes(label));
        const isHereFit =
          wanted.labels.length === 0 &&
          (wanted.pool === undefined || wanted.pool === herePool) &&
          own.used < own.slots &&
          own.freeMb >= wanted.needMb;
        const isRight = found.isPlaced
          ? found.node === undefined
            ? isHereFit
            : nodes.some((one) => one.name === found.node && isFit(one))
          : found.why.includes("its session") || (found.why !== "" && !nodes.some(isFit) && !isHereFit);
        expect(isRight).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
