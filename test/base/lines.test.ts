import { describe, expect, test } from "vitest";
import { lineFramer } from "../../src/base/lines.ts";

const framed = (cap: number, ...chunks: (string | Buffer)[]): string[] => {
  const framer = lineFramer(cap);
  return chunks.flatMap((chunk) => [...framer.push(Buffer.from(chunk))]);
};

describe("a line framer", () => {
  test("puts lines together out of pieces, also through the middle of a character", () => {
    const bytes = Buffer.from('{"a":"é🙂"}\n{"b":1}\nrest');
    const single = [...bytes].map((byte) => Buffer.from([byte]));
    expect(framed(100, ...single)).toEqual(['{"a":"é🙂"}', '{"b":1}']);
    expect(framed(100, bytes)).toEqual(['{"a":"é🙂"}', '{"b":1}']);
  });

  test("cuts at line feeds alone: what other readers take for a line end stays inside", () => {
    expect(framed(100, "a\u2028b\u0085c\rd\n\n")).toEqual(["a\u2028b\u0085c\rd", ""]);
  });

  test("gives the lines before one that is too long, then throws, whether that one has an end or not", () => {
    for (const tail of ["xxxxxx\n", "xxx"]) {
      const framer = lineFramer(5);
      const seen: string[] = [];
      const read = (text: string): void => {
        for (const line of framer.push(Buffer.from(text))) seen.push(line);
      };
      expect(() => {
        read("ab\ncd\nxxx");
        read(tail);
      }).toThrow(expect.objectContaining({ code: "line.too_long" }));
      expect(seen).toEqual(["ab", "cd"]);
    }
  });

  test("takes a line of exactly the cap", () => {
    expect(framed(5, "12345\n", "1234", "5\n")).toEqual(["12345", "12345"]);
  });
});
