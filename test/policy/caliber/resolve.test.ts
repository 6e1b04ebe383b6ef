import { describe, expect, test } from "vitest";
import { resolveModel } from "../../../src/policy/caliber/resolve.ts";
import { someModels } from "./fixtures.ts";

const given = (name: string): string | undefined => {
  const found = resolveModel(someModels, name);
  return found.ok ? found.name : undefined;
};

const rowOf = (name: string): string | undefined => {
  const found = resolveModel(someModels, name);
  return found.ok ? found.model?.value : undefined;
};

describe("a name that the agent lists", () => {
  test("is given to it as it spells it", () => {
    expect(given("sonnet")).toBe("sonnet");
    expect(given(" Sonnet ")).toBe("sonnet");
    expect(given("CLAUDE-SONNET-5-5")).toBe("claude-sonnet-5-5");
  });

  test("has its row, the full name that of its own alias", () => {
    expect(rowOf("opus")).toBe("opus");
    expect(rowOf("claude-opus-5-5")).toBe("opus");
    expect(rowOf("default")).toBe("default");
  });
});

describe("a name with a tag", () => {
  test("means the long context of a listed model, whose price is then not known", () => {
    const found = resolveModel(someModels, "opus[1m]");
    expect(found).toMatchObject({ ok: true, name: "opus[1m]", model: { value: "opus", price: null } });
    expect(given("claude-opus-5-5[1m]")).toBe("claude-opus-5-5[1m]");
  });

  test("means an earlier version by its full name, unlisted unless it is the present one", () => {
    expect(given("opus[4.6]")).toBe("claude-opus-4-6");
    expect(rowOf("opus[4.6]")).toBeUndefined();
    expect(rowOf("opus[5.5]")).toBe("opus");
  });

  test("is refused when the tag or the model is no known one", () => {
    const names = ["opus[2m]", "opus[]", "opus[4]", "gpt[1m]", "gpt[4.6]", "opus[1m][1m]"];
    expect(names.filter((name) => given(name) !== undefined)).toEqual([]);
  });
});

describe("a name that the agent does not list", () => {
  test("is let through unlisted when it is a full name, also with what a cloud puts around it", () => {
    const names = [
      "claude-opus-4-6",
      "claude-opus-4-6[1m]",
      "us.anthropic.claude-sonnet-4-20250514-v1:0",
      "claude-opus-4@20250514",
    ];
    expect(names.map(given)).toEqual(names);
    expect(names.map(rowOf)).toEqual(names.map(() => undefined));
  });

  test("is refused otherwise, with what there is and what was probably meant", () => {
    expect(resolveModel(someModels, "sonet")).toEqual({
      ok: false,
      meant: "sonnet",
      known: ["default", "opus", "sonnet", "haiku"],
    });
    expect(resolveModel(someModels, "gpt-9")).toMatchObject({ ok: false, meant: undefined });
  });

  test("is refused when it is none: empty, an option, a path, a shell's word", () => {
    const names = ["", " ", "--help", "claude-", "../claude-x y", "claude-$(id)", "$claude-opus", "claude-a\nb"];
    expect(names.filter((name) => given(name) !== undefined)).toEqual([]);
  });
});
