import { describe, expect, test } from "vitest";
import { errnoOf, Fault, messageOf } from "../../src/base/fault.ts";

describe("what was thrown", () => {
  test.each([
    [new Error("text"), "text"],
    [new TypeError(""), "TypeError"],
    ["text", "text"],
    ["", "unknown error"],
    [undefined, "undefined"],
    [Object.create(null), "unknown error"],
  ])("has a text, case %#", (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });

  test("has an errno code only where the system gave one", () => {
    expect(errnoOf(Object.assign(new Error("x"), { code: "ENOENT" }))).toBe("ENOENT");
    expect(errnoOf(Object.assign(new Error("x"), { code: 5 }))).toBeUndefined();
    expect(errnoOf({ code: "ENOENT" })).toBeUndefined();
  });

  test("a fault keeps its cause, and has facts even if none were given", () => {
    const cause = new Error("below");
    const fault = new Fault("storage", "storage.full", "full", { cause });
    expect(fault.cause).toBe(cause);
    expect(fault.facts).toEqual({});
    expect("cause" in new Fault("usage", "x", "y")).toBe(false);
  });
});
