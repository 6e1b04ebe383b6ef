import { describe, expect, test } from "vitest";
import { chooseCaliber } from "../../../src/policy/caliber/choose.ts";
import { clampEffort } from "../../../src/policy/caliber/clamp.ts";

const deck = { model: "sonnet", effort: "high" } as const;

describe("who decides on a caliber", () => {
  test("the deck does when nobody else says anything", () => {
    expect(chooseCaliber({ deck })).toEqual(deck);
    expect(chooseCaliber({ netrunner: {}, daemon: {}, profile: {}, deck })).toEqual(deck);
  });

  test("each part is decided by the first who says it: netrunner, daemon, profile, deck", () => {
    const all = {
      netrunner: { model: "haiku" },
      daemon: { model: "opus", effort: "max" },
      profile: { model: "fable", effort: "low" },
      deck,
    } as const;
    expect(chooseCaliber(all)).toEqual({ model: "haiku", effort: "max" });
    expect(chooseCaliber({ ...all, netrunner: undefined })).toEqual({ model: "opus", effort: "max" });
    expect(chooseCaliber({ ...all, netrunner: undefined, daemon: undefined })).toEqual({
      model: "fable",
      effort: "low",
    });
  });

  test("a name that is empty is none", () => {
    expect(chooseCaliber({ daemon: { model: "  " }, profile: { model: "opus" }, deck }).model).toBe("opus");
    expect(chooseCaliber({ daemon: { model: "" }, deck })).toEqual(deck);
  });

  test("what the netrunner has fixed no one else changes", () => {
    const netrunner = { model: "haiku", effort: "low" } as const;
    const daemon = { model: "opus", effort: "max" } as const;
    expect(chooseCaliber({ netrunner, daemon, profile: daemon, deck })).toEqual(netrunner);
  });
});

describe("an effort that a model lacks", () => {
  test("becomes the nearest lower one", () => {
    expect(clampEffort(["low", "medium", "high"], "max")).toBe("high");
    expect(clampEffort(["max", "low"], "xhigh")).toBe("low");
  });

  test("becomes the lowest where there is no lower one", () => {
    expect(clampEffort(["max", "high"], "low")).toBe("high");
  });

  test("stays when the model has it, or has none to choose from", () => {
    expect(clampEffort(["low", "xhigh"], "xhigh")).toBe("xhigh");
    expect(clampEffort([], "xhigh")).toBe("xhigh");
  });
});
