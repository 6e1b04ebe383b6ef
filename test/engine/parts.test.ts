import * as fc from "fast-check";
import { expect, test } from "vitest";
import { partsOf } from "../../src/engine/daemon/parts.ts";

test("the parts of a result make the whole again, none is too large, and no character is cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.integer({ min: 4, max: 64 }), (text, size) => {
      const parts = partsOf(text, size);
      expect(parts.join("")).toBe(text);
      for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(size);
    }),
  );
});

test("an empty result has one empty part", () => {
  expect(partsOf("")).toEqual([""]);
});
