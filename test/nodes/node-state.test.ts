import { describe, expect, test } from "vitest";
import { nodeWireVersion } from "../../src/nodes/wire/letters.ts";
import { nodeStateSchema, type NodeTells } from "../../src/nodes/wire/node-state.ts";

const state: NodeTells = {
  wire: nodeWireVersion,
  versions: { cyberdeck: "0.1.0", agent: null },
  pool: "big",
  labels: ["gpu"],
  slots: 10,
  used: 3,
  warm: 1,
  freeMb: 12_000.5,
  isDraining: false,
  unfit: null,
  policy: null,
  workspace: "shared",
  hasWall: true,
  since: 1_764_000_000_000,
};

describe("what a node tells of itself", () => {
  test("crosses as it was", () => {
    expect(nodeStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  test("can be read of a node with another version, so that it can be shown and passed over", () => {
    expect(nodeStateSchema.parse({ ...state, wire: nodeWireVersion + 1, mood: "fine" })).toMatchObject({
      wire: nodeWireVersion + 1,
    });
  });

  test.each([
    ["a pool that cannot be in a subject", { pool: "a.*" }],
    ["a label that is not a name", { labels: ["a b"] }],
    ["more labels than anybody reads", { labels: Array.from({ length: 51 }, () => "a") }],
    ["less than no slots", { slots: -1 }],
    ["half a slot", { used: 0.5 }],
    ["no memory figure", { freeMb: null }],
    ["no word on draining", { isDraining: undefined }],
  ])("is refused with %s", (_, change) => {
    expect(nodeStateSchema.safeParse({ ...state, ...change }).success).toBe(false);
  });
});
