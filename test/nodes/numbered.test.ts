import { array, assert, boolean, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { incoming, outgoing, type Numbered } from "../../src/nodes/numbered.ts";

describe("what is said over a link that loses, repeats and reorders", () => {
  test("is taken once and in order, as long as what is not acknowledged is said again", () => {
    const step = record({ index: integer({ min: 0, max: 50 }), isLost: boolean(), isRepeated: boolean() });
    assert(
      property(integer({ min: 1, max: 40 }), array(step, { maxLength: 200 }), (count, steps) => {
        const out = outgoing<string>();
        const into = incoming<string>(0, 5);
        const said = Array.from({ length: count }, (_, index) => `word ${index}`);
        const taken: string[] = [];
        const onTheWay: Numbered<string>[] = said.map((word) => out.push(word));
        const arrive = (one: Numbered<string>): void => void taken.push(...into.take(one));
        for (const { index, isLost, isRepeated } of steps) {
          const [one] = onTheWay.splice(index % Math.max(1, onTheWay.length), isRepeated ? 0 : 1);
          const known = isRepeated ? onTheWay[index % Math.max(1, onTheWay.length)] : one;
          if (known !== undefined && !isLost) arrive(known);
          if (index % 7 === 0) out.taken(into.taken);
        }
        expect(taken).toEqual(said.slice(0, taken.length));
        expect(into.waiting).toBeLessThanOrEqual(5);
        for (let round = 0; out.pending.length > 0 && round <= count; round += 1) {
          for (const one of out.pending) arrive(one);
          out.taken(into.taken);
        }
        expect(taken).toEqual(said);
        expect(into.waiting).toBe(0);
      }),
    );
  });

  test("waits for what is missing, and is dropped where too much would wait", () => {
    const into = incoming<string>(0, 2);
    expect(into.take({ n: 2, body: "b" })).toEqual([]);
    expect(into.take({ n: 4, body: "d" })).toEqual([]);
    expect(into.waiting).toBe(1);
    expect(into.next).toBe(2);
    expect(into.take({ n: 1, body: "a" })).toEqual(["a", "b"]);
    expect(into.next).toBeUndefined();
    expect(into.take({ n: 3, body: "c" })).toEqual(["c"]);
    expect(into.take({ n: 4, body: "d" })).toEqual(["d"]);
  });

  test("goes on after a new start on either side where it was", () => {
    const left = [
      { n: 3, body: "c" },
      { n: 4, body: "d" },
    ];
    const out = outgoing(left, 4);
    expect(out.push("e")).toEqual({ n: 5, body: "e" });
    const into = incoming<string>(3);
    expect(out.pending.flatMap((one) => into.take(one))).toEqual(["d", "e"]);
  });

  test("gets no number twice when all that was left had been acknowledged", () => {
    expect(outgoing([], 7).push("x").n).toBe(8);
  });

  test("is kept when somebody acknowledges what was never said, or says an old word again", () => {
    const out = outgoing<string>();
    out.push("a");
    out.push("b");
    out.taken(9);
    expect(out.pending.length).toBe(2);
    out.taken(1);
    out.taken(0);
    expect(out.pending).toEqual([{ n: 2, body: "b" }]);
  });
});
