import { expect, test } from "vitest";
import { joiner, readPart, split, writePart } from "../../../src/nodes/hub/parts.ts";

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at % 251);

/** What was told of letters that were given up. */
function told() {
  const whys: string[] = [];
  return { whys, tell: (from: string, why: string) => void whys.push(`${from}: ${why}`) };
}

test("a letter is the same after its parts have come, in whatever order and how often each", () => {
  for (const length of [0, 1, 9, 10, 11, 100]) {
    const parts = [...split(bytes(length), 10)].map((part) => ({ ...part, letter: "l" }));
    const { whys, tell } = told();
    const join = joiner(1000, 1000, tell);
    const first = parts.slice(1).reverse();
    for (const part of [...first, ...first]) expect(join.take("n", part, part.bytes)).toBeUndefined();
    const [last] = parts;
    expect(last && join.take("n", last, last.bytes)).toEqual(Buffer.from(bytes(length)));
    expect([join.bytes, whys]).toEqual([0, []]);
  }
});

test("parts of two writers with the same id are not mixed", () => {
  const join = joiner(1000, 1000, () => undefined);
  join.take("a", { letter: "l", index: 0, count: 2 }, Buffer.from("a0"));
  join.take("b", { letter: "l", index: 0, count: 2 }, Buffer.from("b0"));
  expect(String(join.take("a", { letter: "l", index: 1, count: 2 }, Buffer.from("a1")))).toBe("a0a1");
});

test("a letter that gets longer than the bound is given up and told", () => {
  const { whys, tell } = told();
  const join = joiner(15, 1000, tell);
  join.take("n", { letter: "l", index: 0, count: 3 }, bytes(10));
  expect(join.take("n", { letter: "l", index: 1, count: 3 }, bytes(10))).toBeUndefined();
  expect([join.bytes, whys]).toEqual([0, ["n: a letter is longer than 15 bytes"]]);
});

test("when too much is held, the letter that was begun first is given up and told, and the others stay", () => {
  const { whys, tell } = told();
  const join = joiner(1000, 25, tell);
  for (const letter of ["1", "2", "3"]) join.take("n", { letter, index: 0, count: 2 }, bytes(10));
  expect([join.bytes, whys.length]).toEqual([20, 1]);
  expect(join.take("n", { letter: "3", index: 1, count: 2 }, bytes(1))).toHaveLength(11);
  expect(join.take("n", { letter: "1", index: 1, count: 2 }, bytes(1))).toBeUndefined();
});

test("letters that begin and never end, without a byte in them, do not pile up", () => {
  const { whys, tell } = told();
  const join = joiner(1000, 1000, tell);
  for (let letter = 0; letter < 5000; letter += 1)
    join.take("n", { letter: String(letter), index: 0, count: 2 }, bytes(0));
  expect(whys.length).toBe(4000);
});

test("parts that do not agree on their count are of no letter", () => {
  const { whys, tell } = told();
  const join = joiner(1000, 1000, tell);
  join.take("n", { letter: "l", index: 0, count: 3 }, bytes(10));
  expect(join.take("n", { letter: "l", index: 1, count: 2 }, bytes(10))).toBeUndefined();
  expect([join.bytes, whys.length]).toEqual([0, 1]);
});

test("after a cut nothing is left of what was not complete", () => {
  const join = joiner(1000, 1000, () => undefined);
  join.take("n", { letter: "l", index: 0, count: 2 }, bytes(10));
  join.clear();
  expect(join.bytes).toBe(0);
  expect(join.take("n", { letter: "l", index: 1, count: 2 }, bytes(10))).toBeUndefined();
});

test("the head of a part is read as it was written", () => {
  const part = { letter: "a1b2-77", index: 3, count: 20 };
  expect(readPart(writePart(part))).toEqual(part);
});

test.each(["", "a", "a/1", "a/2/2", "a/-1/2", "a/1/2/3", "a b/0/1", "a/0/1e9", "a/0/99999999", "/0/1"])(
  "%j is not the head of a part",
  (text) => {
    expect(readPart(text)).toBeUndefined();
  },
);
