import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, headAndTail, inert, oneLine } from "../../src/base/text.ts";

/** Text as a hostile model would write it: escapes, control characters, halves of characters. */
const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\x1b",
        "\x1b[",
        "\x1b]",
        "\x9b",
        "\x9d",
        "\x07",
        "\x1b\\",
        "[31m",
        "0;t",
        "\n",
        "\t",
        "\r",
        "😀",
        "\ud83d",
        "‮",
      ),
    ),
  )
  .map((parts) => parts.join(""));

describe("inert text", () => {
  test("colours, titles, links and cursor movements vanish, the words stay", () => {
    expect(inert("\x1b[1;31mred\x1b[0m \x1b]0;title\x07and \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x1b[2J")).toBe(
      "red and link",
    );
    expect(inert("\u009b31mred \u009dtitle\u009c\u0090dcs\u009cend")).toBe("red end");
  });

  test("a sequence that is left when another is taken out of it does not act", () => {
    expect(inert("\x1b\x1b[31m[31m")).not.toContain("\x1b");
  });

  test("carriage returns and backspaces cannot overwrite what stands before", () => {
    expect(inert("rm -rf /\r\x08\x08ls")).toBe("rm -rf /ls");
  });

  test("a bidirectional override cannot turn a name around", () => {
    expect(inert("file‮txt.exe⁦")).toBe("filetxt.exe");
  });

  test("lines and tabs stay", () => {
    expect(inert("a\n\tb")).toBe("a\n\tb");
  });

  test("of any text no control character is left, and what is left stays as it is", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const clean = inert(text);
        expect(clean).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u);
        expect(inert(clean)).toBe(clean);
      }),
    );
  });

  test.each(["\x1b]", "\x1b", "\x1b[", "\u009d", "\x1b]a;", "\x1b[1;", "\x1bP\u0090"])(
    "a megabyte of the unterminated %j is cleaned without following each to the end",
    (piece) => {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      expect(inert(text)).not.toMatch(/(?!\n)\p{Cc}/u); // followed to the end each, this takes minutes
    },
  );
});

describe("one line", () => {
  test("is one line within its width, whatever comes in", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 40 }), (text, width) => {
        const line = oneLine(text, width);
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/[\n\t]/);
      }),
    );
  });

  test("the cut is marked and goes through no character", () => {
    expect(oneLine("ab😀cd", 4)).toBe("ab…");
    expect(oneLine("a\n\n b", 10)).toBe("a b");
  });

  test("clipped to bytes it stays within them", () => {
    expect(clip("äöü äöü", 8)).toBe("äö…");
    fc.assert(
      fc.property(nasty, fc.integer({ min: 3, max: 60 }), (text, limit) => {
        expect(Buffer.byteLength(clip(text, limit))).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe("head and tail", () => {
  test("a text within the limit stays as it is", () => {
    expect(headAndTail("abc", 3)).toEqual({ text: "abc", omitted: 0 });
  });

  test("the middle is left out, and how much is said", () => {
    const { text, omitted } = headAndTail(`begin${"x".repeat(1000)}the end`, 100);
    expect(text).toMatch(/^beginx+\n\[… \d+ bytes left out …\]\nx+the end$/);
    expect(text).toContain(`${omitted} bytes`);
  });

  test("a text of characters with three bytes fills the room as well as one of letters", () => {
    expect(Buffer.byteLength(headAndTail("日".repeat(10_000), 1000).text)).toBeGreaterThan(990);
  });

  test("neither the limit is passed nor a character cut, whatever the text and the limit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.integer({ min: 0, max: 300 }), (text, limit) => {
        const short = headAndTail(text, limit);
        expect(Buffer.byteLength(short.text)).toBeLessThanOrEqual(Math.max(limit, 0));
        expect(short.text.isWellFormed()).toBe(true);
        expect(short.omitted > 0).toBe(Buffer.byteLength(text) > limit);
      }),
    );
  });

  test("the bytes that are left out and those that stay make the whole", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 200, maxLength: 400 }), (text) => {
        const { text: short, omitted } = headAndTail(text, 150);
        const kept = Buffer.byteLength(short.replace(/\n\[… \d+ bytes left out …\]\n/, ""));
        expect(kept + omitted).toBe(Buffer.byteLength(text));
      }),
    );
  });

  test("ten megabytes are shortened to one without going through them byte by byte", () => {
    const { text } = headAndTail("日本".repeat(2_000_000), 1_000_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
  });
});
