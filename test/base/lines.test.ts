import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineFramer } from "../../src/base/lines.ts";

const texts = (lines: Buffer[]): string[] => lines.map((line) => line.toString("utf8"));

describe("framing lines", () => {
  test("however the bytes are cut, the lines and the rest are the same", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", "␤"))),
        fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")),
        fc.array(fc.nat({ max: 12 })),
        (lines, rest, cuts) => {
          const bytes = Buffer.from([...lines, rest].join("\n"));
          const framer = lineFramer(bytes.length + 1);
          const got: Buffer[] = [];
          let from = 0;
          for (const cut of cuts) {
            got.push(...framer.push(bytes.subarray(from, from + cut)));
            from += cut;
          }
          got.push(...framer.push(bytes.subarray(from)));
          expect(Buffer.concat(got.flatMap((line) => [line, Buffer.from("\n")]).concat(framer.rest()))).toEqual(bytes);
          expect(got).toHaveLength(lines.length);
          expect(framer.overflowed).toBe(false);
        },
      ),
    );
  });

  test("a character that is cut between two chunks is whole in its line", () => {
    const framer = lineFramer(100);
    const bytes = Buffer.from("a😀b\n");
    expect(texts([...framer.push(bytes.subarray(0, 3)), ...framer.push(bytes.subarray(3))])).toEqual(["a😀b"]);
  });

  test("only LF ends a line: a CR, a line separator and a form feed belong to it", () => {
    expect(texts(lineFramer(100).push(Buffer.from("a\r\u2028\fb\n")))).toEqual(["a\r\u2028\fb"]);
  });

  test("a line of exactly the cap passes, one byte more does not", () => {
    expect(texts(lineFramer(4).push(Buffer.from("abcd\n")))).toEqual(["abcd"]);
    const framer = lineFramer(4);
    expect(framer.push(Buffer.from("abcde\n"))).toEqual([]);
    expect(framer.overflowed).toBe(true);
  });

  test("an overlong line is noticed before its end has come", () => {
    const framer = lineFramer(4);
    framer.push(Buffer.from("ab"));
    framer.push(Buffer.from("cde"));
    expect(framer.overflowed).toBe(true);
    expect(framer.rest()).toHaveLength(0);
  });

  test("the lines before an overlong one are kept, those after it are not", () => {
    const framer = lineFramer(4);
    expect(texts(framer.push(Buffer.from("ok\ntoo long\nok\n")))).toEqual(["ok"]);
    expect(framer.push(Buffer.from("ok\n"))).toEqual([]);
  });

  test("the last line without its end is named", () => {
    const framer = lineFramer(100);
    framer.push(Buffer.from("whole\nha"));
    framer.push(Buffer.from("lf"));
    expect(framer.rest().toString()).toBe("half");
  });
});
